import type { WatchEvent } from '../../client/index.ts';
import type { NodeCommand } from '../command.ts';
import { JSON_FLAG, jsonText } from '../json-text.ts';
import { checkPath } from '../path-check.ts';
import { countOf } from '../version-word.ts';

/** Events as they come, one a line, until Ctrl-C. */
export const watch: NodeCommand = {
  kind: 'node',
  name: 'watch',
  form: '[-R] [-n events] [--json] path',
  isOurs: true,
  flags: [
    { name: 'R', meaning: 'all nodes below, too' },
    { name: 'n', hasValue: true, meaning: 'end after so many events' },
    JSON_FLAG,
  ],
  wordsMin: 1,
  async run({ zk, words: [path = ''], given, signal, print }) {
    checkPath(path);
    let left = countOf(given.value('n')) ?? Infinity;
    const show = given.has(JSON_FLAG.name) ? eventJson : eventLine;
    for await (const event of zk.watch(path, { recursive: given.has('R'), signal })) {
      print(show(event));
      if (--left <= 0) return;
    }
  },
};

function zxidOf(event: WatchEvent): string | undefined {
  return 'zxid' in event && event.zxid !== undefined ? `0x${event.zxid.toString(16)}` : undefined;
}

function eventLine(event: WatchEvent): string {
  const zxid = zxidOf(event);
  return `${new Date().toISOString()} ${event.type} ${event.path}${zxid === undefined ? '' : ` ${zxid}`}`;
}

function eventJson(event: WatchEvent): string {
  return jsonText({
    time: new Date().toISOString(),
    type: event.type,
    path: event.path,
    zxid: zxidOf(event),
  });
}
