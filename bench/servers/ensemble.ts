// Three servers of one contestant as an ensemble, with the times of ZooKeeper's sample configuration
// and everything else as for one server.

import type { MemberKind } from '../../test/interop/ensemble/member-kinds.ts';
import { TestEnsemble } from '../../test/interop/ensemble/test-ensemble.ts';
import type { Asked } from '../questions/question.ts';
import { type Contestant, freshDataDir, type LoadTarget } from './contestant.ts';
import { DEFAULT_JVM_FLAGS } from './java.ts';
import { pathWithNode } from './zooid.ts';

export interface EnsembleTarget extends LoadTarget {
  readonly ensemble: TestEnsemble;
}

const SERVERS = 3;
const sampleTimes = { tickTime: '2000', initLimit: '10', syncLimit: '5' };
const kinds: readonly MemberKind[] = ['java-3.8', 'java-3.9', 'zooid'];

const kindOf = ({ name }: Contestant): MemberKind => {
  const kind = kinds.find((each) => each === name);
  if (kind === undefined) throw new Error(`There is no ensemble of ${name}.`);
  return kind;
};

/** Three fresh servers, not started. */
export const createEnsemble = async (
  { options }: Asked,
  contestant: Contestant,
): Promise<TestEnsemble> => {
  const kind = kindOf(contestant);
  return TestEnsemble.create({
    kinds: Array.from({ length: SERVERS }, () => kind),
    config: sampleTimes,
    program: {
      systemProperties: {},
      jvmFlags: DEFAULT_JVM_FLAGS,
      zooidEnv: pathWithNode(options.node),
    },
    folder: freshDataDir({ contestant, folder: options.dataFolder }),
  });
};

export const openEnsemble = async (
  asked: Asked,
  contestant: Contestant,
): Promise<EnsembleTarget> => {
  const ensemble = await createEnsemble(asked, contestant);
  const end = (): Promise<void> => ensemble.end();
  try {
    await ensemble.start();
  } catch (error) {
    await end();
    throw error;
  }
  return {
    contestant,
    ensemble,
    ports: ensemble.ports,
    pids: ensemble.members.map(({ pid }) => pid),
    end,
  };
};

/** One ensemble of each contestant; those that are open end when one does not come up. */
export const openEnsembles = async (asked: Asked): Promise<EnsembleTarget[]> => {
  const targets: EnsembleTarget[] = [];
  try {
    for (const contestant of asked.contestants) {
      targets.push(await openEnsemble(asked, contestant));
    }
  } catch (error) {
    for (const target of targets) await target.end();
    throw error;
  }
  return targets;
};
