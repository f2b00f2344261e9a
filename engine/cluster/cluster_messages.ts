/**
 * What two machines and the order say to each other. The order is one stream of a sequencer that both read from one end to the other;
 * the direct path between the machines may lose, repeat and reorder messages. Plain data, checked where it arrives.
 */

/** 0: the first machine, which proposes what each block hears; 1: the second one. */
export type MachineNumber = 0 | 1;

/** Something that changes the sound. */
export interface ClusterCommand {
  /** Made by the sender; commands with the same id count once. */
  readonly id: string;
  readonly body: unknown;
  /** It is heard in this block or before, or never. */
  readonly lastBlock: number;
}

/** What a block hears, and which machine said so. A machine has one seal for a block at most. */
export interface ClusterSeal {
  readonly by: MachineNumber;
  readonly commands: readonly ClusterCommand[];
}

/** A seal that holds for both machines. */
export interface SettledBlock {
  readonly block: number;
  readonly seal: ClusterSeal;
}

/** The state that a machine goes on from which joins one that plays; the host adds its own. */
export interface ClusterSnapshot {
  /** Of the machine that joins. */
  readonly incarnation: string;
  /** First block that the joining machine hears. */
  readonly front: number;
  /** First block that it may have a say in: one before may have been decided with its predecessor. */
  readonly votesFrom: number;
  /** Ids that were heard not long ago, with their blocks. */
  readonly heard: readonly (readonly [string, number])[];
  /** Blocks from `front` on that are settled. */
  readonly settled: readonly SettledBlock[];
}

/** Between the machines. */
export type PeerMessage =
  | { readonly kind: "proposal"; readonly block: number; readonly seal: ClusterSeal }
  | { readonly kind: "accepted"; readonly block: number }
  | ({ readonly kind: "settled" } & SettledBlock)
  | { readonly kind: "ask"; readonly from: number }
  | { readonly kind: "command"; readonly command: ClusterCommand }
  | { readonly kind: "checksum"; readonly block: number; readonly checksum: number }
  | { readonly kind: "want"; readonly incarnation: string };

/** What the order holds. It has one seal for a block at most: the one that came first. */
export type OrderEntry =
  | ({ readonly kind: "seal" } & SettledBlock)
  | { readonly kind: "command"; readonly command: ClusterCommand }
  | { readonly kind: "join"; readonly machine: MachineNumber; readonly incarnation: string }
  /** Whether the order answers; `block` was due when it was sent. */
  | { readonly kind: "probe"; readonly machine: MachineNumber; readonly block: number };

/** What a member wants done. */
export type ClusterAction =
  | { readonly kind: "send"; readonly message: PeerMessage }
  | { readonly kind: "publish"; readonly entry: OrderEntry }
  /** Blocks come without a gap; commands in their order. */
  | { readonly kind: "hear"; readonly block: number; readonly commands: readonly ClusterCommand[] }
  | { readonly kind: "acknowledge"; readonly id: string; readonly block: number }
  | { readonly kind: "refuse"; readonly id: string; readonly reason: string }
  | { readonly kind: "stopLeg"; readonly block: number; readonly reason: string }
  | { readonly kind: "offer"; readonly snapshot: ClusterSnapshot };
