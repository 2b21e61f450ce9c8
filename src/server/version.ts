/**
 * What this server says it is. Programs read the version to learn what a server can do (kazoo from
 * `envi`, exporters from `mntr`), so it begins with the ZooKeeper release that this server behaves
 * like, and then says honestly what it is. The form is Java's: `<version>-<build>, built on <date>`.
 */

/** The version in package.json; a test compares them. */
export const ZOOID_VERSION = '0.1.0';
export const COMPATIBLE_VERSION = '3.9.5';
/** The day of the release, not of the build: the same source gives the same answer everywhere. */
const RELEASED = '2026-11-23 00:00 UTC';

export const VERSION_TEXT = `${COMPATIBLE_VERSION}-zooid-${ZOOID_VERSION}`;

/** As `srvr`, `stat`, `mntr` and `envi` show it. */
export const FULL_VERSION_TEXT = `${VERSION_TEXT}, built on ${RELEASED}`;
