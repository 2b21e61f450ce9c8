/** Every command; one table for the command line, for scripts and for the interactive shell. */
import type { Command } from './command.ts';
import { addWatch } from './commands/add-watch.ts';
import { addauth } from './commands/addauth.ts';
import { close } from './commands/close.ts';
import { config } from './commands/config.ts';
import { connect } from './commands/connect.ts';
import { create } from './commands/create.ts';
import { deleteNode } from './commands/delete.ts';
import { deleteall } from './commands/deleteall.ts';
import { delquota } from './commands/delquota.ts';
import { get } from './commands/get.ts';
import { getAcl } from './commands/get-acl.ts';
import { getAllChildrenNumber } from './commands/get-all-children-number.ts';
import { getEphemerals } from './commands/get-ephemerals.ts';
import { history } from './commands/history.ts';
import { listquota } from './commands/listquota.ts';
import { ls } from './commands/ls.ts';
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
import { version } from './commands/version.ts';
import { whoami } from './commands/whoami.ts';

export const COMMANDS: readonly Command[] = [
  ...[connect, history, redo, printwatches, quit, exit],
  ...[close, create, deleteNode, deleteall, set, get, ls, getAcl, setAcl, stat, sync],
  ...[setquota, listquota, delquota, addauth, reconfig, config, removewatches],
  ...[getEphemerals, getAllChildrenNumber, version, addWatch, whoami],
];

export function findCommand(name: string): Command | undefined {
  return COMMANDS.find((command) => command.name === name);
}
