// The table of error codes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeErrorCode, ErrorCode, errorCodes } from '../../src/protocol/error-code.ts';

test('error codes: every row → a number of its own, a name and a sentence', () => {
  const rows = Object.entries(errorCodes);
  assert.equal(new Set(rows.map(([, row]) => row.code)).size, rows.length);
  for (const [name, row] of rows) {
    assert.equal(describeErrorCode(row.code), name);
    assert.match(row.meaning, /^[A-Z].*\.$/);
  }
});

test('error codes: the ones every client knows → ZooKeeper’s numbers', () => {
  assert.deepEqual(
    [ErrorCode.Ok, ErrorCode.MarshallingError, ErrorCode.Unimplemented, ErrorCode.BadArguments],
    [0, -5, -6, -8],
  );
  assert.deepEqual(
    [ErrorCode.NoNode, ErrorCode.NoAuth, ErrorCode.BadVersion, ErrorCode.NodeExists],
    [-101, -102, -103, -110],
  );
  assert.deepEqual(
    [ErrorCode.NotEmpty, ErrorCode.SessionExpired, ErrorCode.InvalidAcl, ErrorCode.AuthFailed],
    [-111, -112, -114, -115],
  );
  assert.deepEqual(
    [ErrorCode.NoChildrenForEphemerals, ErrorCode.NoWatcher, ErrorCode.QuotaExceeded],
    [-108, -121, -125],
  );
});

test('error codes: an unknown one → described by its number', () => {
  assert.equal(describeErrorCode(-999), 'error -999');
});
