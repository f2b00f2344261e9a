import assert from "node:assert/strict";
import { channelsPerVector, maxChannels, outputVectors } from "../../../compiler/graph/limits.ts";

Deno.test("every channel has a lane in a vector, and no vector is without a channel", () => {
  for (let channels = 1; channels <= maxChannels; channels++) {
    const lanes = outputVectors(channels) * channelsPerVector;
    assert.ok(
      lanes >= channels && lanes - channels < channelsPerVector,
      `${channels} channels: ${lanes} lanes`,
    );
  }
});
