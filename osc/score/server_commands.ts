/**
 * Commands of scsynth, which the scores of SuperCollider's language contain beside the messages of their author: its `Score`
 * begins with a group, a section ends with command 0, a pattern frees its nodes.
 */

/** By their numbers, which a score may have in place of the address: those of "Server Command Reference". */
const names = (
  "none notify status quit cmd d_recv d_load d_loadDir d_freeAll s_new n_trace n_free n_run n_cmd n_map n_set n_setn " +
  "n_fill n_before n_after u_cmd g_new g_head g_tail g_freeAll c_set c_setn c_fill b_alloc b_allocRead b_read b_write " +
  "b_free b_close b_zero b_set b_setn b_fill b_gen dumpOSC c_get c_getn b_get b_getn s_get s_getn n_query b_query " +
  "n_mapn s_noid g_deepFree clearSched sync d_free b_allocReadChannel b_readChannel g_dumpTree g_queryTree error " +
  "s_newargs n_mapa n_mapan n_order p_new version"
).split(" ");

/** The address of a command by its number in digits; another address as it is. */
export function addressOf(address: string): string {
  if (!/^\d+$/.test(address)) return address;
  const name = names[Number(address)];
  return name === undefined ? address : `/${name}`;
}

/**
 * Commands about definitions, nodes, groups, buses and buffers, and those of the server itself that scores contain: some end with
 * a question, to give the last bundle a command.
 */
const setUp = /^\/([dngpcb]_\w+|none|error|dumpOSC|clearSched|status|sync|notify|version)$/;

/** Whether a message only sets up, or tidies up, a server of SuperCollider, and so means nothing here. */
export function isServerSetUp(address: string): boolean {
  return setUp.test(address) && names.includes(address.slice(1));
}
