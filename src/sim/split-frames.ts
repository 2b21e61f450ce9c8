/** The frames in what a server wants to send, each without its length, as copies. */
export function splitFrames(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = view.getInt32(at);
    if (length < 0 || at + 4 + length > bytes.length)
      throw new Error('a frame of the wrong length');
    frames.push(bytes.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return frames;
}
