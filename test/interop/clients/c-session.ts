// A program for the C client library (libzookeeper_mt): every synchronous call of its interface,
// printed in order. Events come on the library's own thread; the program waits for each one it
// expects before it goes on, so that the output has one order only.

export const cSession = `
#define THREADED
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <zookeeper/zookeeper.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int connected, events, authAnswer = 1;
static char eventLog[8192];

static void onSession(zhandle_t *zh, int type, int state, const char *path, void *context) {
  pthread_mutex_lock(&lock);
  if (type == ZOO_SESSION_EVENT && state == ZOO_CONNECTED_STATE) connected = 1;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static void onWatch(zhandle_t *zh, int type, int state, const char *path, void *context) {
  pthread_mutex_lock(&lock);
  snprintf(eventLog + strlen(eventLog), sizeof eventLog - strlen(eventLog), "event %d %d %s %s\\n",
           type, state, path, (const char *)context);
  events++;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static void onAuth(int rc, const void *data) {
  pthread_mutex_lock(&lock);
  authAnswer = rc;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static void showEvents(int wanted) {
  pthread_mutex_lock(&lock);
  while (events < wanted) pthread_cond_wait(&changed, &lock);
  printf("%s", eventLog);
  eventLog[0] = 0;
  events = 0;
  pthread_mutex_unlock(&lock);
}

static void showStat(const char *what, int rc, const struct Stat *s, zhandle_t *zh) {
  printf("%s rc=%d", what, rc);
  if (rc == ZOK)
    printf(" czxid=%lx mzxid=%lx pzxid=%lx v=%d cv=%d av=%d owner=%s len=%d n=%d timed=%d",
           (long)s->czxid, (long)s->mzxid, (long)s->pzxid, s->version, s->cversion, s->aversion,
           s->ephemeralOwner == 0 ? "0" : s->ephemeralOwner == zoo_client_id(zh)->client_id ? "me" : "other",
           s->dataLength, s->numChildren, s->ctime <= s->mtime);
  printf("\\n");
}

static void makeNodes(zhandle_t *zh) {
  char path[256];
  struct Stat stat;
  int flags[] = {0, ZOO_EPHEMERAL, ZOO_SEQUENCE, ZOO_EPHEMERAL | ZOO_SEQUENCE, ZOO_CONTAINER};
  int i, rc;
  rc = zoo_create(zh, "/c", "value", 5, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path);
  printf("create rc=%d %s\\n", rc, path);
  for (i = 0; i < 5; i++) {
    char name[32];
    sprintf(name, "/c/kind%d-", flags[i]);
    rc = zoo_create(zh, name, "x", 1, &ZOO_OPEN_ACL_UNSAFE, flags[i], path, sizeof path);
    printf("create flags=%d rc=%d %s\\n", flags[i], rc, rc == ZOK ? path : "");
    sprintf(name, "/c/two%d-", flags[i]);
    rc = zoo_create2(zh, name, "x", 1, &ZOO_OPEN_ACL_UNSAFE, flags[i], path, sizeof path, &stat);
    printf("%s ", rc == ZOK ? path : "");
    showStat("create2", rc, &stat, zh);
  }
  rc = zoo_create_ttl(zh, "/c/ttl", "x", 1, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT_WITH_TTL, 86400000, path, sizeof path);
  printf("create_ttl rc=%d\\n", rc);
  rc = zoo_create2_ttl(zh, "/c/ttls-", "x", 1, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT_SEQUENTIAL_WITH_TTL, 86400000, path, sizeof path, &stat);
  printf("%s ", path);
  showStat("create2_ttl", rc, &stat, zh);
  rc = zoo_create(zh, "/c/null", NULL, -1, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path);
  printf("create null rc=%d\\n", rc);
  printf("again rc=%d\\n", zoo_create(zh, "/c", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path));
  printf("no parent rc=%d\\n", zoo_create(zh, "/none/x", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path));
  printf("under ephemeral rc=%d\\n", zoo_create(zh, "/c/kind1-/x", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path));
}

static int byName(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void showChildren(const char *what, int rc, struct String_vector *names) {
  int i;
  printf("%s rc=%d", what, rc);
  if (rc == ZOK) {
    qsort(names->data, names->count, sizeof(char *), byName);
    for (i = 0; i < names->count; i++) printf(" %s", names->data[i]);
    deallocate_String_vector(names);
  }
  printf("\\n");
}

static void useNodes(zhandle_t *zh) {
  struct Stat stat;
  struct String_vector names;
  struct ACL_vector acl;
  char data[64];
  int size = sizeof data, i;
  showStat("exists", zoo_exists(zh, "/c", 0, &stat), &stat, zh);
  printf("exists none rc=%d\\n", zoo_exists(zh, "/none", 0, &stat));
  int rc = zoo_get(zh, "/c", 0, data, &size, &stat);
  printf("get %d %.*s ", size, size > 0 ? size : 0, data);
  showStat("", rc, &stat, zh);
  size = sizeof data;
  rc = zoo_get(zh, "/c/null", 0, data, &size, &stat);
  printf("get null %d ", size);
  showStat("", rc, &stat, zh);
  showStat("set2", zoo_set2(zh, "/c", "longer value", 12, 0, &stat), &stat, zh);
  printf("set bad version rc=%d\\n", zoo_set(zh, "/c", "x", 1, 0));
  printf("set none rc=%d\\n", zoo_set(zh, "/none", "x", 1, -1));
  rc = zoo_get_children(zh, "/c", 0, &names);
  showChildren("children", rc, &names);
  rc = zoo_get_children2(zh, "/c", 0, &names, &stat);
  showChildren("children2", rc, &names);
  showStat("", rc, &stat, zh);
  showChildren("children none", zoo_get_children(zh, "/none", 0, &names), &names);
  rc = zoo_get_acl(zh, "/c", &acl, &stat);
  showStat("get_acl", rc, &stat, zh);
  for (i = 0; i < acl.count; i++) printf("%d:%s:%s\\n", acl.data[i].perms, acl.data[i].id.scheme, acl.data[i].id.id);
  deallocate_ACL_vector(&acl);
  printf("set_acl rc=%d\\n", zoo_set_acl(zh, "/c/null", 0, &ZOO_READ_ACL_UNSAFE));
  printf("set denied rc=%d\\n", zoo_set(zh, "/c/null", "x", 1, -1));
  printf("creator all rc=%d\\n", zoo_set_acl(zh, "/c", -1, &ZOO_CREATOR_ALL_ACL));
  printf("delete not empty rc=%d\\n", zoo_delete(zh, "/c", -1));
  printf("delete bad version rc=%d\\n", zoo_delete(zh, "/c/null", 7));
  printf("delete rc=%d\\n", zoo_delete(zh, "/c/null", 0));
  printf("delete none rc=%d\\n", zoo_delete(zh, "/c/null", 0));
}

static void useMulti(zhandle_t *zh, const char *label, int version) {
  zoo_op_t ops[5];
  zoo_op_result_t results[5];
  char path[64], path2[64];
  struct Stat stat;
  int i, rc;
  zoo_create_op_init(&ops[0], "/m", "1", 1, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path);
  zoo_create_op_init(&ops[1], "/m/s-", "1", 1, &ZOO_OPEN_ACL_UNSAFE, ZOO_SEQUENCE, path2, sizeof path2);
  zoo_set_op_init(&ops[2], "/m", "22", 2, 0, &stat);
  zoo_check_op_init(&ops[3], "/m", version);
  zoo_delete_op_init(&ops[4], "/m/s-0000000000", -1);
  rc = zoo_multi(zh, 5, ops, results);
  printf("multi %s rc=%d:", label, rc);
  for (i = 0; i < 5; i++) printf(" %d", results[i].err);
  printf("\\n");
  if (rc == ZOK) {
    printf("%s %s ", path, path2);
    showStat("", rc, &stat, zh);
  }
}

static void useWatches(zhandle_t *zh) {
  struct Stat stat;
  struct String_vector names;
  char data[64], path[64];
  int size = sizeof data;
  zoo_create(zh, "/w", "x", 1, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path);
  zoo_wget(zh, "/w", onWatch, "get", data, &size, &stat);
  zoo_set(zh, "/w", "y", 1, -1);
  showEvents(1);
  zoo_wget_children(zh, "/w", onWatch, "children", &names);
  zoo_wexists(zh, "/w/later", onWatch, "exists", &stat);
  zoo_create(zh, "/w/later", "x", 1, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path);
  showEvents(2);
  zoo_wexists(zh, "/w/later", onWatch, "exists again", &stat);
  zoo_delete(zh, "/w/later", -1);
  showEvents(1);
  zoo_wget(zh, "/w", onWatch, "removed", data, &size, &stat);
  printf("remove_watches rc=%d\\n", zoo_remove_watches(zh, "/w", ZWATCHTYPE_DATA, onWatch, "removed", 0));
  printf("remove_watches again rc=%d\\n", zoo_remove_watches(zh, "/w", ZWATCHTYPE_DATA, onWatch, "removed", 0));
}

static zhandle_t *open(const char *hosts, const clientid_t *id) {
  connected = 0;
  zhandle_t *zh = zookeeper_init(hosts, onSession, 10000, id, NULL, 0);
  pthread_mutex_lock(&lock);
  while (!connected) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);
  return zh;
}

static void authenticate(zhandle_t *zh, const char *scheme, const char *text) {
  authAnswer = 1;
  int rc = zoo_add_auth(zh, scheme, text, strlen(text), onAuth, NULL);
  pthread_mutex_lock(&lock);
  while (rc == ZOK && authAnswer == 1) pthread_cond_wait(&changed, &lock);
  printf("auth %s rc=%d answer=%d\\n", scheme, rc, authAnswer);
  pthread_mutex_unlock(&lock);
}

int main(int argc, char **argv) {
  struct Stat stat;
  char data[256], path[64];
  int size = sizeof data, rc;
  zoo_set_debug_level(0);
  zhandle_t *zh = open(argv[1], NULL);
  printf("timeout %d\\n", zoo_recv_timeout(zh));
  makeNodes(zh);
  useNodes(zh);
  useMulti(zh, "failing", 9);
  useMulti(zh, "good", 1);
  useWatches(zh);
  authenticate(zh, "digest", "user:pw");
  rc = zoo_create(zh, "/mine", "x", 1, &ZOO_CREATOR_ALL_ACL, 0, path, sizeof path);
  printf("create mine rc=%d\\n", rc);
  rc = zoo_getconfig(zh, 0, data, &size, &stat);
  printf("config size=%d ", size);
  showStat("", rc, &stat, zh);
  zhandle_t *other = open(argv[1], NULL);
  size = sizeof data;
  printf("get as other rc=%d\\n", zoo_get(other, "/mine", 0, data, &size, &stat));
  showStat("ephemeral seen by other", zoo_exists(other, "/c/kind1-", 0, &stat), &stat, other);
  printf("close rc=%d\\n", zookeeper_close(zh));
  printf("ephemeral after close rc=%d\\n", zoo_exists(other, "/c/kind1-", 0, &stat));
  authenticate(other, "nosuch", "x");
  printf("state after bad auth %d\\n", zoo_state(other) == ZOO_AUTH_FAILED_STATE);
  zookeeper_close(other);
  return 0;
}
`;
