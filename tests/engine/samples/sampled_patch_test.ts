/**
 * Patch files with samples, as users run them.
 *
 * Takes turns: `tests/engine/samples/sample_loader_test.ts` shows the same in one process.
 */
import assert from "node:assert/strict";
import { readFloatWav } from "../../../testing/sound/read_float_wav.ts";
import type { OscMessage } from "../../../osc/packet/packet.ts";
import { until } from "../../../testing/until.ts";
import { UdpClient } from "../../../testing/osc/udp_client.ts";
import { sox, withSox } from "../../../testing/sound/sound_files.ts";

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

/** Waits until a program listens; `rest` reads what it says until it ends. */
async function ready(process: Deno.ChildProcess): Promise<{ address: string; rest: () => Promise<void> }> {
  const reader = process.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const rest = async () => {
    while (!(await reader.read()).done);
  };
  for (let printed = "";;) {
    const { value, done } = await reader.read();
    assert.ok(!done, printed);
    printed += value;
    const address = /ready: OSC on (\S+)/.exec(printed)?.[1];
    if (address !== undefined) return { address, rest };
  }
}

/** Starts, lets somebody play until they are done, and quits. */
async function playing(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  play: (client: UdpClient) => Promise<void>,
): Promise<void> {
  const process = understudy(["start", ...args], environment).spawn();
  const { address, rest } = await ready(process);
  const client = new UdpClient(address);
  try {
    await play(client);
    await client.say("/quit");
    await rest();
    assert.equal((await process.status).code, 0);
  } finally {
    await client.close();
    await process.stdout.cancel();
  }
}

/** Renders a session, every block as the device got it. */
async function rendersAlike(session: string, file: string): Promise<void> {
  const { code, stdout, stderr } = await ended(["render", session, "-o", file]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /every block is what the device got/);
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
      /samples in .*\/samples: 524288 bytes\n +kick\.flac +0\.3 s +stereo +44100 Hz +root 60\n/,
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
    const environment = { UNDERSTUDY_SESSION: session, UNDERSTUDY_PATCH_FOLDER: folder };
    await playing([`${folder}/kick.ts`], environment, async (client) => {
      await client.ask("/kit/note", "if", 60, 1);
      for (
        const [name, told] of [
          ["gone.ts", /^\/fail \/patch\/load sample gone\.wav: there is no such file below/],
          [
            "words.ts",
            /^\/fail \/patch\/load sample words\.wav: expected WAV, AIFF, FLAC, Ogg Vorbis, Ogg Opus or MP3/,
          ],
        ] as const
      ) {
        const answers = await client.ask("/patch/load", "s", name);
        assert.match(answers.at(-1)!, told);
      }
      assert.equal((await client.ask("/kit/gainDb", "f", -6)).at(-1), "/done /kit/gainDb");
      assert.match((await client.ask("/patch/load", "s", "kick.ts")).at(-1)!, /^\/done \/patch\/load/);
    });
    await rendersAlike(session, `${folder}/a.wav`);
    await Deno.remove(`${folder}/samples/kick.wav`);
    const gone = await ended(["render", session, "-o", `${folder}/b.wav`]);
    assert.equal(gone.code, 2, gone.stderr);
    assert.match(
      gone.stderr,
      /^understudy: sample kick\.wav: there is no such file below .*\/samples; put it there/,
    );
  },
);

Deno.test("the ready sampler is loaded from afar, played, and its session is rendered; a score of it too", async () => {
  const folder = await Deno.makeTempDir({ prefix: "understudy-samples-" });
  try {
    const session = `${folder}/a.session`;
    await playing(["sines"], { UNDERSTUDY_SESSION: session }, async (client) => {
      assert.equal((await client.ask("/patch/load", "s", "sampler")).at(-1), "/done /patch/load");
      for (const [instrument, note] of [["keys", 60], ["kit", 36], ["kit", 46], ["kit", 42]] as const) {
        const answer = await client.ask(`/${instrument}/note`, "if", note, 0.8);
        assert.equal(answer.at(-1), `/done /${instrument}/note`);
      }
      await client.say("/meters", "f", 60);
      const loud = (message: OscMessage) =>
        message.args.some((arg) => "value" in arg && Number(arg.value) > 0.1);
      await until(
        "a loud peak",
        () => client.answers.some((each) => each.address === "/meters" && loud(each)),
      );
    });
    await rendersAlike(session, `${folder}/a.wav`);
    // its keys and its kit are in the file, not only the silence before them
    const { samples } = await readFloatWav(`${folder}/a.wav`);
    assert.ok(samples.some((sample) => Math.abs(sample) > 0.1));
    const score = ["--score", "examples/scores/sampler.txt", "--seconds", "2"];
    const played = await ended(["render", "sampler", ...score, "-o", `${folder}/b.wav`]);
    assert.equal(played.code, 0, played.stderr);
    assert.match(played.stdout, /2\.00 s, .* peak -\d/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
