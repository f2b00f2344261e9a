/** The system's Python, whose packages Debian installs. */
export const systemPython = "/usr/bin/python3";

/** Whether the system's Python has the binding of liblo. */
export function hasPyliblo(): boolean {
  try {
    return new Deno.Command(systemPython, { args: ["-c", "import liblo"], stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}
