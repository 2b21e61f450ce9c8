/** Paths of the application to paths of the server, and back. */
export class Chroot {
  /** '' or a path. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** `path` has been checked. */
  toServer(path: string): string {
    if (this.path === '') return path;
    return path === '/' ? this.path : this.path + path;
  }

  /** What lies outside is left as it is: only events of `/zookeeper/config` can. */
  toClient(path: string): string {
    if (this.path === '') return path;
    if (path === this.path) return '/';
    return path.startsWith(`${this.path}/`) ? path.slice(this.path.length) : path;
  }
}
