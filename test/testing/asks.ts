/** What the tests of the test kit ask by a raw client: nothing of ours is between them and the bytes. */
import assert from 'node:assert/strict';
import { createBody, pathBody, pathWatchBody } from '../interop/raw-body.ts';
import { Op, RawClient, type RawConnectOptions, type RawReply } from '../interop/raw-client.ts';

export const EPHEMERAL = 1;

export interface CreateFlags {
  readonly flags?: number;
  readonly data?: string;
}

export async function create(client: RawClient, path: string, more: CreateFlags = {}) {
  await client.must(Op.create, createBody(path, more));
}

/** On a connection of its own. */
export async function exists(port: number, path: string): Promise<boolean> {
  const client = await RawClient.connect(port);
  try {
    // A follower may be behind.
    await client.must(Op.sync, pathBody('/'));
    const reply = await client.request(Op.exists, pathWatchBody(path));
    assert.ok(reply !== undefined, 'the server has ended the connection');
    return reply.err === 0;
  } finally {
    client.connection.destroy();
  }
}

/** Takes the session up again on a new connection; null when the server says that it is over. */
export async function takeUp(client: RawClient, port: number): Promise<RawClient | null> {
  const { sessionId, passwd } = client;
  const again = await RawClient.connect(port, { sessionId, passwd });
  if (again.sessionId === sessionId) return again;
  assert.equal(again.sessionId, 0n);
  again.connection.destroy();
  return null;
}

/** Resolves when the server has ended the connection, without a reply to anything. */
export async function ended(client: RawClient): Promise<void> {
  assert.equal(await client.nextReply(), undefined);
}

/** A connection, or why there is none. */
export async function tryToConnect(
  port: number,
  options: RawConnectOptions = {},
): Promise<RawClient | string> {
  try {
    return await RawClient.connect(port, options);
  } catch (error) {
    assert.ok(error instanceof Error);
    return 'code' in error ? String(error.code) : error.message;
  }
}

export function errorOf(reply: RawReply | undefined): number | 'ended' {
  return reply === undefined ? 'ended' : reply.err;
}
