/** The two epochs on stable storage, read by the simulator itself; 0 where there is no file. */
import type { DirectoryReader } from '../../core/storage/disk.ts';
import type { DiskEpochs } from './checkers/epochs.ts';

export function stableEpochs(image: DirectoryReader): DiskEpochs {
  return { accepted: readOne(image, 'acceptedEpoch'), current: readOne(image, 'currentEpoch') };
}

function readOne(image: DirectoryReader, name: string): number {
  if (!image.list('snapshot').includes(name)) return 0;
  const into = new Uint8Array(32);
  const count = image.read('snapshot', name, { position: 0, into });
  // A second line says where the history ended when the epoch began.
  const [line = ''] = String.fromCharCode(...into.subarray(0, count)).split('\n');
  return Number(line);
}
