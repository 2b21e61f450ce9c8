import type { ServerId } from '../../../base/server-id.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

type Rooms = readonly (readonly ServerId[])[];

const THREE: Rooms = [[1, 2], [3, 4], [5]];
const TWO: Rooms = [
  [1, 2, 3],
  [4, 5],
];

export const rooms: LearnScenario = {
  name: 'rooms',
  title: 'five voters in three rooms and in two: which room may burn down',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3, 4, 5] });
    run.say(`Five voters, so three are a quorum, in three rooms: two, two, one. Each room in turn loses its
      power, with the whole ensemble started anew.`);
    for (const room of THREE) tell(run, { rooms: THREE, room, survives: true });

    run.say(`In two rooms one of them has to have the majority. The smaller one may burn down; with the
      larger one the ensemble is gone, and whoever is left must not go on by itself: it cannot tell a
      dead room from a cut cable.`);
    tell(run, { rooms: TWO, room: TWO[1] ?? [], survives: true });
    tell(run, { rooms: TWO, room: TWO[0] ?? [], survives: false });

    run.say(
      'The same when only the cable between the two rooms is cut: the larger room goes on alone.',
    );
    const { ensemble } = run;
    run.prepare(() => run.startAll(1, 2, 3, 4, 5));
    run.partition(...TWO);
    const stateOf = (sid: ServerId) => ensemble.peer(sid).peer?.state;
    run.quietly(() => {
      run.until(
        () => stateOf(4) === 'LOOKING' && stateOf(5) === 'LOOKING',
        'the smaller room looks',
      );
      run.until(
        () => TWO[0]?.every((sid) => ensemble.peer(sid).isServing) === true,
        'the larger serves',
      );
    });
    run.state();
    return run.finish();
  },
};

interface Fire {
  readonly rooms: Rooms;
  readonly room: readonly ServerId[];
  readonly survives: boolean;
}

/** An ensemble of its own, of which one line is told. */
function tell(run: LearnRun, { rooms, room, survives }: Fire): void {
  const own = new LearnRun({ voters: rooms.flat() });
  const { ensemble } = own;
  own.startAll(...rooms.flat());
  own.kill(...room);
  const left = rooms.flat().filter((sid) => !room.includes(sid));
  const isUp = () => left.every((sid) => ensemble.peer(sid).isServing);
  const isDown = () => left.every((sid) => ensemble.peer(sid).peer?.state === 'LOOKING');
  own.until(
    survives ? () => ensemble.leader !== undefined && isUp() : isDown,
    'what is left settles',
  );
  own.pass(survives ? 1 : 60_000);
  own.check(isUp() === survives, `without ${room} it ${survives ? 'goes on' : 'stands still'}`);
  const layout = rooms.map((each) => `[${each.join(' ')}]`).join(' ');
  const outcome = survives
    ? `server ${ensemble.leader?.sid} leads`
    : 'nobody leads, also a minute later';
  run.row(`${layout} without [${room.join(' ')}]: ${outcome}`);
}
