/** Every command; one table for the command line, for scripts and for the interactive shell. */
import type { Command } from './command.ts';
import { addWatch } from './commands/add-watch.ts';
import { addauth } from './commands/addauth.ts';
import { close } from './commands/close.ts';
import { config } from './commands/config.ts';
import { connect } from './commands/connect.ts';
import { cp } from './commands/cp.ts';
import { create } from './commands/create.ts';
import { deleteNode } from './commands/delete.ts';
import { deleteall } from './commands/deleteall.ts';
import { delquota } from './commands/delquota.ts';
import { du } from './commands/du.ts';
import { edit } from './commands/edit.ts';
import { exportNodes } from './commands/export.ts';
import { find } from './commands/find.ts';
import { get } from './commands/get.ts';
import { getAcl } from './commands/get-acl.ts';
import { getAllChildrenNumber } from './commands/get-all-children-number.ts';
import { getEphemerals } from './commands/get-ephemerals.ts';
import { grep } from './commands/grep.ts';
import { helpOn } from './commands/help.ts';
import { history } from './commands/history.ts';
import { importNodes } from './commands/import.ts';
import { listquota } from './commands/listquota.ts';
import { ls } from './commands/ls.ts';
import { mirror } from './commands/mirror.ts';
import { printwatches } from './commands/printwatches.ts';
import { exit, quit } from './commands/quit.ts';
import { reconfig } from './commands/reconfig.ts';
import { redo } from './commands/redo.ts';
import { removewatches } from './commands/removewatches.ts';
import { set } from './commands/set.ts';
import { setAcl } from './commands/set-acl.ts';
import { setquota } from './commands/setquota.ts';
import { stat } from './commands/stat.ts';
import { sync } from './commands/sync.ts';
import { top } from './commands/top.ts';
import { tree } from './commands/tree.ts';
import { version } from './commands/version.ts';
import { watch } from './commands/watch.ts';
import { whoami } from './commands/whoami.ts';

const help = helpOn(() => COMMANDS);

export const COMMANDS: readonly Command[] = [
  ...[connect, history, redo, printwatches, quit, exit],
  ...[close, create, deleteNode, deleteall, set, get, ls, getAcl, setAcl, stat, sync],
  ...[setquota, listquota, delquota, addauth, reconfig, config, removewatches],
  ...[getEphemerals, getAllChildrenNumber, version, addWatch, whoami],
  ...[help, tree, find, grep, cp, mirror, exportNodes, importNodes, edit, watch, du, top],
];

export function findCommand(name: string): Command | undefined {
  return COMMANDS.find((command) => command.name === name);
}
