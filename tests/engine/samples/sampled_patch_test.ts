/** Patch files with samples, as users run them. */
import assert from "node:assert/strict";
import { UdpClient } from "../../osc/udp_client.ts";
import { sox, withSox } from "./sound_files.ts";

const root = new URL("../../..", import.meta.url);

const patchOf = (name: string, file: string) =>
  `import { definePatch, instrument, sampleFile, sampler } from "understudy";

const kick = sampleFile("${file}");

export default definePatch({
  name: "${name}",
  parameters: {},
  instruments: {
    kit: instrument({
      voices: 8,
      chokeGroups: [[42, 46]],
      parameters: { gainDb: sampler.parameters.gainDb },
      voice: ({ gate, trigger, frequencyHz }, { gainDb }) => {
        const { left, right, envelope } = sampler({ gate, trigger, frequencyHz, file: kick, loop: "file", gainDb });
        return { output: [left, right], envelope };
      },
    }),
  },
  output: ({ kit }) => kit,
});
`;

function understudy(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "main.ts", ...args],
    cwd: root,
    env: {
      NO_COLOR: "1",
      UNDERSTUDY_DRIVER: "clock",
      UNDERSTUDY_OSC_PORT: "0",
      UNDERSTUDY_OSCQUERY_PORT: "off",
      ...environment,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function ended(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await understudy(args, environment).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

withSox(
  "a patch file finds its samples beside it, is shown with them, and is rendered; what is missing is named",
  async (folder) => {
    await Deno.mkdir(`${folder}/samples`);
    await Deno.writeTextFile(`${folder}/kit.ts`, patchOf("kit", "kick.flac"));
    const missing = await ended(["patch", `${folder}/kit.ts`]);
    assert.equal(missing.code, 2, missing.stderr);
    assert.match(
      missing.stderr,
      /^understudy: sample kick\.flac: there is no such file below .*\/samples; put it there, or set UNDERSTUDY_SAMPLE_FOLDER/,
    );
    await sox(`${folder}/samples`, "-n -r 44100 -c 2 -b 16 kick.flac synth 0.3 sine 220 sine 221 gain -6");
    const shown = await ended(["patch", `${folder}/kit.ts`]);
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(
      shown.stdout,
      /samples in .*\/samples: 131072 bytes\n +kick\.flac +0\.3 s +stereo +44100 Hz +root 60\n/,
    );
    assert.match(shown.stdout, /42, 46 choke each other/);
    await Deno.writeTextFile(`${folder}/tune.txt`, "0 /kit/note 60 1.0\n1 /kit/off 60\n");
    const render = [
      "render",
      `${folder}/kit.ts`,
      "--score",
      `${folder}/tune.txt`,
      "-o",
      `${folder}/tune.wav`,
    ];
    const rendered = await ended(render);
    assert.equal(rendered.code, 0, rendered.stderr);
    assert.match(rendered.stdout, /peak -[56]\.\d dB/);
    await Deno.mkdir(`${folder}/other`);
    const elsewhere = await ended(["patch", `${folder}/kit.ts`], {
      UNDERSTUDY_SAMPLE_FOLDER: `${folder}/other`,
    });
    assert.match(elsewhere.stderr, /there is no such file below .*\/other/);
  },
);

withSox(
  "a patch whose samples are missing or no sound is an answer; the one that plays plays on",
  async (folder) => {
    await Deno.mkdir(`${folder}/samples`);
    await sox(`${folder}/samples`, "-n -r 44100 -c 1 -b 16 kick.wav synth 1 sine 220 gain -6");
    await Deno.writeTextFile(`${folder}/samples/words.wav`, "no sound at all");
    for (const name of ["kick", "gone", "words"]) {
      await Deno.writeTextFile(`${folder}/${name}.ts`, patchOf(name, `${name}.wav`));
    }
    const session = `${folder}/a.session`;
    const process = understudy(["start", `${folder}/kick.ts`], {
      UNDERSTUDY_SESSION: session,
      UNDERSTUDY_PATCH_FOLDER: folder,
    }).spawn();
    const reader = process.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let printed = "";
    let address: string | undefined;
    while (address === undefined) {
      const { value, done } = await reader.read();
      assert.ok(!done, printed);
      printed += value;
      address = /ready: OSC on (\S+)/.exec(printed)?.[1];
    }
    const client = new UdpClient(address);
    try {
      await client.ask("/kit/note", "if", 60, 1);
      for (
        const [name, told] of [
          ["gone.ts", /^\/fail \/patch\/load sample gone\.wav: there is no such file below/],
          ["words.ts", /^\/fail \/patch\/load sample words\.wav: expected WAV, FLAC or Ogg Vorbis/],
        ] as const
      ) {
        const answers = await client.ask("/patch/load", "s", name);
        assert.match(answers.at(-1)!, told);
      }
      assert.equal((await client.ask("/kit/gainDb", "f", -6)).at(-1), "/done /kit/gainDb");
      assert.equal((await client.ask("/patch/load", "s", "kick.ts")).at(-1), "/done /patch/load");
      await client.say("/quit");
      while (!(await reader.read()).done);
      assert.equal((await process.status).code, 0);
    } finally {
      await client.close();
      await process.stdout.cancel();
    }
    const rendered = await ended(["render", session, "-o", `${folder}/a.wav`]);
    assert.equal(rendered.code, 0, rendered.stderr);
    assert.match(rendered.stdout, /every block is what the device got/);
    await Deno.remove(`${folder}/samples/kick.wav`);
    const gone = await ended(["render", session, "-o", `${folder}/b.wav`]);
    assert.equal(gone.code, 2, gone.stderr);
    assert.match(
      gone.stderr,
      /^understudy: sample kick\.wav: there is no such file below .*\/samples; put it there/,
    );
  },
);
