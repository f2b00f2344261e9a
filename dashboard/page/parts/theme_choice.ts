/** Dark, light, or as the system has it; kept in the browser. */
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.ts";

const themes = ["system", "dark", "light"] as const;
type Theme = typeof themes[number];
const key = "understudy.theme";

/** A menu of three. */
export function ThemeChoice(): VNode {
  const [theme, choose] = useState<Theme>(kept);
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    // charts are painted with the colours of the theme
    dispatchEvent(new Event("themechange"));
  }, [theme]);
  useEffect(() => {
    const media = matchMedia("(prefers-color-scheme: dark)");
    const changed = () => dispatchEvent(new Event("themechange"));
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, []);
  const change = (event: Event) => {
    const chosen = (event.target as HTMLSelectElement).value as Theme;
    try {
      localStorage.setItem(key, chosen);
    } catch {
      // a browser that keeps nothing still shows it
    }
    choose(chosen);
  };
  return html`
    <label class="theme"><span class="unseen">Theme</span>
      <select value=${theme} onChange=${change}>${themes.map((name) =>
        html`<option value=${name}>${name[0].toUpperCase() + name.slice(1)}</option>`
      )}</select>
    </label>
  `;
}

function kept(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem(key)) ?? "system";
  } catch {
    return "system";
  }
}
