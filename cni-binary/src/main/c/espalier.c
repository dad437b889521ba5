/*
 * The CNI plugin `espalier` (CNI specification 1.1.0): what a container runtime runs on the node, outside of any image, where no JVM
 * is. It checks its environment, answers VERSION, and hands everything else to the agent's socket; the agent does the work.
 *
 * It is the same contract as dev.espalier.cni.Shim, and the same tests run against both: error objects on standard output with
 * exit code 1, logs nowhere. While the agent is away: DEL is written to a file beside the socket and succeeds (the agent finishes
 * it), STATUS is error 50, ADD, CHECK and GC are error 11, so that the runtime tries again.
 *
 * No shell, no child process, no allocation that grows with what a caller says beyond fixed bounds.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* Error codes of the specification; dev.espalier.cni.CniErrorCode. */
enum {
  INCOMPATIBLE_VERSION = 1,
  INVALID_ENVIRONMENT = 4,
  IO_FAILURE = 5,
  DECODING_FAILURE = 6,
  INVALID_CONFIGURATION = 7,
  TRY_AGAIN_LATER = 11,
  NOT_AVAILABLE = 50
};

enum {
  MAX_CONFIG = 1 << 20,
  MAX_BODY = 2 << 20,
  MAX_ID = 128,
  MAX_IF_NAME = 15,
  MAX_NETNS = 4095,
  MAX_ARGS = 16 << 10,
  MAX_SOCKET = 107,
  MAX_DEPTH = 64,
  MAX_WORD = 256,
  /* Longer than an ADD may take, shorter than the patience of a kubelet (two minutes). */
  TIMEOUT_SECONDS = 60
};

static const char *const SUPPORTED[] = {"0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"};
enum { VERSIONS = sizeof SUPPORTED / sizeof *SUPPORTED };
static const char DEFAULT_SOCKET[] = "/run/espalier/cni.sock";

/* A request's fields, in the order of the wire (dev.espalier.cni.CniRequest). */
enum { COMMAND, CONTAINER_ID, NETNS, IF_NAME, ARGS, CONFIG, FIELDS };
static const char *fields[FIELDS];
/* What answers carry; the configuration's version once that is known to be one of ours. */
static const char *version = "1.1.0";

/* ---- answers ---- */

static void quote(const char *text) {
  putchar('"');
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if (*c == '"' || *c == '\\') {
      printf("\\%c", *c);
    } else if (*c == '\n') {
      fputs("\\n", stdout);
    } else if (*c < 0x20) {
      printf("\\u%04x", *c);
    } else {
      putchar(*c);
    }
  }
  putchar('"');
}

static void finish(int code) {
  /* A result that did not arrive is none: the runtime must not take half of it for an answer. */
  _exit(fflush(stdout) == 0 ? code : 1);
}

__attribute__((noreturn, format(printf, 2, 3))) static void fail(int code, const char *format, ...) {
  char message[1024];
  va_list values;
  va_start(values, format);
  vsnprintf(message, sizeof message, format, values);
  va_end(values);
  fputs("{\"cniVersion\":", stdout);
  quote(version);
  printf(",\"code\":%d,\"msg\":", code);
  quote(message);
  puts("}");
  finish(1);
  __builtin_unreachable();
}

/* ---- the environment (CNI-02, CNI-15) ---- */

static bool alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static void require_id(void) {
  const char *id = fields[CONTAINER_ID];
  size_t length = strlen(id);
  if (length == 0) fail(INVALID_ENVIRONMENT, "CNI_CONTAINERID is missing");
  if (length > MAX_ID) fail(INVALID_ENVIRONMENT, "CNI_CONTAINERID is longer than 128 characters");
  for (size_t i = 0; i < length; i++) {
    if (!alphanumeric(id[i]) && (i == 0 || strchr("_.-", id[i]) == NULL)) {
      fail(INVALID_ENVIRONMENT, "CNI_CONTAINERID is not a letter or digit followed by letters, digits, '_', '.' and '-'");
    }
  }
}

static void require_if_name(void) {
  const char *name = fields[IF_NAME];
  size_t length = strlen(name);
  if (length == 0) fail(INVALID_ENVIRONMENT, "CNI_IFNAME is missing");
  bool good = length <= MAX_IF_NAME && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
  for (size_t i = 0; i < length && good; i++) {
    good = name[i] > ' ' && name[i] < 0x7f && strchr("/:%", name[i]) == NULL;
  }
  if (!good) {
    fail(INVALID_ENVIRONMENT,
         "CNI_IFNAME is not an interface name of at most 15 printable characters without '/', ':' and '%%'");
  }
}

static bool is(const char *command) { return strcmp(fields[COMMAND], command) == 0; }

static void validate_environment(void) {
  if (fields[COMMAND][0] == '\0') fail(INVALID_ENVIRONMENT, "CNI_COMMAND is missing");
  if (is("ADD") || is("CHECK") || is("DEL")) {
    require_id();
    require_if_name();
    if (!is("DEL") && fields[NETNS][0] == '\0') fail(INVALID_ENVIRONMENT, "CNI_NETNS is missing");
  } else if (!is("GC") && !is("STATUS") && !is("VERSION")) {
    fail(INVALID_ENVIRONMENT, "CNI_COMMAND is none of ADD, DEL, CHECK, GC, STATUS, VERSION");
  }
  if (fields[NETNS][0] != '\0' && (fields[NETNS][0] != '/' || strlen(fields[NETNS]) > MAX_NETNS)) {
    fail(INVALID_ENVIRONMENT, "CNI_NETNS is not an absolute path of at most 4095 characters");
  }
  if (strlen(fields[ARGS]) > MAX_ARGS) fail(INVALID_ENVIRONMENT, "CNI_ARGS is longer than 16 KiB");
}

/* ---- the configuration: strict RFC 8259, of which only two members are looked at; the agent reads the rest ---- */

/* A string that was found: absent, something else than a string, or its decoded text. */
struct word {
  enum { ABSENT, NO_STRING, STRING } kind;
  char text[MAX_WORD];
};

static const char *json_start, *json;

__attribute__((noreturn)) static void bad_json(const char *what) {
  fail(DECODING_FAILURE, "the network configuration is not valid JSON: %s at octet %td", what, json - json_start);
}

static void blanks(void) { json += strspn(json, " \n\t\r"); }

static void expect(char wanted, const char *what) {
  blanks();
  if (*json != wanted) bad_json(*json == '\0' ? "the end comes too early" : what);
  json++;
}

static unsigned code_unit(void) {
  unsigned value = 0;
  for (int i = 0; i < 4; i++, json++) {
    char c = *json;
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) bad_json("not a hexadecimal digit");
    value = value << 4 | (unsigned)digit;
  }
  return value;
}

/* Reads a string; keeps it in `word` unless that is null. What cannot be one of the two members' values is kept as "?". */
static void string(struct word *word) {
  size_t length = 0;
  json++;
  while (*json != '"') {
    unsigned char c = (unsigned char)*json;
    if (c == '\0') bad_json("the end comes too early");
    if (c < 0x20) bad_json("a control character in a string");
    json++;
    if (c == '\\') {
      char escape = *json;
      if (escape == '\0') bad_json("the end comes too early");
      json++;
      const char *at = strchr("\"\\/bfnrt", escape);
      if (at != NULL) {
        c = (unsigned char)"\"\\/\b\f\n\r\t"[at - "\"\\/bfnrt"];
      } else if (escape == 'u') {
        unsigned unit = code_unit();
        c = unit > 0 && unit < 0x80 ? (unsigned char)unit : '?';
      } else {
        bad_json("an unknown escape");
      }
    }
    if (word != NULL && length < sizeof word->text - 1) word->text[length++] = c < 0x80 ? (char)c : '?';
  }
  json++;
  if (word != NULL) {
    word->text[length] = '\0';
    word->kind = STRING;
  }
}

static int digits(void) {
  size_t count = strspn(json, "0123456789");
  json += count;
  return (int)(count > INT_MAX ? INT_MAX : count);
}

static void number(void) {
  if (*json == '-') json++;
  bool zero = *json == '0';
  int whole = digits();
  if (whole == 0 || (zero && whole > 1)) bad_json(*json == '\0' ? "the end comes too early" : "a value expected");
  if (*json == '.') {
    json++;
    if (digits() == 0) bad_json("a digit expected");
  }
  if (*json == 'e' || *json == 'E') {
    json++;
    if (*json == '+' || *json == '-') json++;
    if (digits() == 0) bad_json("a digit expected");
  }
}

static void literal(const char *text) {
  size_t length = strlen(text);
  if (strncmp(json, text, length) != 0) bad_json("a value expected");
  json += length;
}

static void object(int depth, struct word *cni_version, struct word *socket_path);

static void value(int depth, struct word *word) {
  if (depth > MAX_DEPTH) bad_json("nesting too deep");
  blanks();
  if (word != NULL) {
    if (word->kind != ABSENT) bad_json("a name a second time");
    word->kind = NO_STRING;
  }
  switch (*json) {
    case '{':
      object(depth, NULL, NULL);
      break;
    case '[':
      json++;
      blanks();
      if (*json == ']') {
        json++;
        break;
      }
      for (;;) {
        value(depth + 1, NULL);
        blanks();
        if (*json == ']') break;
        expect(',', "',' expected");
      }
      json++;
      break;
    case '"':
      string(word);
      break;
    case 't':
      literal("true");
      break;
    case 'f':
      literal("false");
      break;
    case 'n':
      literal("null");
      break;
    default:
      number();
  }
}

static void object(int depth, struct word *cni_version, struct word *socket_path) {
  json++;
  blanks();
  if (*json == '}') {
    json++;
    return;
  }
  for (;;) {
    struct word name = {0};
    blanks();
    if (*json != '"') bad_json(*json == '\0' ? "the end comes too early" : "a name expected");
    string(&name);
    expect(':', "':' expected");
    bool is_version = cni_version != NULL && strcmp(name.text, "cniVersion") == 0;
    bool is_socket = socket_path != NULL && strcmp(name.text, "socket") == 0;
    value(depth + 1, is_version ? cni_version : is_socket ? socket_path : NULL);
    blanks();
    if (*json == '}') break;
    expect(',', "',' expected");
  }
  json++;
}

static void require_utf8(const unsigned char *c, size_t length) {
  const unsigned char *end = c + length;
  while (c < end) {
    unsigned lead = *c++;
    int more = lead < 0x80 ? 0 : lead >= 0xc2 && lead <= 0xdf ? 1 : lead >= 0xe0 && lead <= 0xef ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : -1;
    bool good = more >= 0 && end - c >= more;
    for (int i = 0; good && i < more; i++) good = (c[i] & 0xc0) == 0x80;
    /* Overlong forms, surrogates, beyond U+10FFFF (RFC 3629 section 4). */
    if (good && more >= 2) {
      good = !(lead == 0xe0 && c[0] < 0xa0) && !(lead == 0xed && c[0] > 0x9f) && !(lead == 0xf0 && c[0] < 0x90) && !(lead == 0xf4 && c[0] > 0x8f);
    }
    if (!good) fail(DECODING_FAILURE, "the network configuration is not UTF-8");
    c += more;
  }
}

static void read_config(void) {
  static char config[MAX_CONFIG + 2];
  size_t length = 0;
  while (length <= MAX_CONFIG) {
    ssize_t count = read(STDIN_FILENO, config + length, MAX_CONFIG + 1 - length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(IO_FAILURE, "cannot read standard input: %s", strerror(errno));
    if (count == 0) break;
    length += (size_t)count;
  }
  if (length > MAX_CONFIG) fail(DECODING_FAILURE, "the network configuration is longer than 1 MiB");
  require_utf8((unsigned char *)config, length);
  if (memchr(config, '\0', length) != NULL) fail(DECODING_FAILURE, "the network configuration is not valid JSON: it holds a NUL");
  fields[CONFIG] = config;
}

/* ---- versions (CNI-01) ---- */

static int rank(const char *wanted) {
  for (int i = 0; i < VERSIONS; i++) {
    if (strcmp(wanted, SUPPORTED[i]) == 0) return i;
  }
  return -1;
}

static void answer_version(const char *wanted) {
  fputs("{\"cniVersion\":", stdout);
  quote(rank(wanted) >= 0 ? wanted : version);
  fputs(",\"supportedVersions\":[", stdout);
  for (int i = 0; i < VERSIONS; i++) printf("%s\"%s\"", i > 0 ? "," : "", SUPPORTED[i]);
  puts("]}");
  finish(0);
}

static void require_version(const char *wanted) {
  int at = rank(wanted);
  if (at < 0) fail(INCOMPATIBLE_VERSION, "cniVersion \"%.100s\" is not supported; supported are 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0", wanted);
  version = SUPPORTED[at];
  const char *since = is("CHECK") ? "0.4.0" : is("GC") || is("STATUS") ? "1.1.0" : "0.3.0";
  if (at < rank(since)) {
    fail(INCOMPATIBLE_VERSION, "%s came with CNI %s, and cniVersion is \"%s\"", fields[COMMAND], since, version);
  }
}

/* ---- the agent ---- */

/* The request as a frame: "ECN1", the length of the body, each field behind its length; 32 bits each, network order. */
static unsigned char *frame;
static size_t frame_length;

static unsigned char *put32(unsigned char *at, size_t number_) {
  at[0] = (unsigned char)(number_ >> 24);
  at[1] = (unsigned char)(number_ >> 16);
  at[2] = (unsigned char)(number_ >> 8);
  at[3] = (unsigned char)number_;
  return at + 4;
}

static uint32_t get32(const unsigned char *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void encode(void) {
  size_t body = 0;
  for (int i = 0; i < FIELDS; i++) body += 4 + strlen(fields[i]);
  frame_length = 8 + body;
  frame = malloc(frame_length);
  if (frame == NULL) fail(IO_FAILURE, "out of memory");
  unsigned char *at = put32(frame, 0x45434e31);
  at = put32(at, body);
  for (int i = 0; i < FIELDS; i++) {
    size_t length = strlen(fields[i]);
    at = put32(at, length);
    memcpy(at, fields[i], length);
    at += length;
  }
}

static bool write_all(int fd, const unsigned char *octets, size_t length, bool to_socket) {
  while (length > 0) {
    ssize_t count = to_socket ? send(fd, octets, length, MSG_NOSIGNAL) : write(fd, octets, length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    octets += count;
    length -= (size_t)count;
  }
  return true;
}

static bool read_all(int fd, unsigned char *octets, size_t length) {
  while (length > 0) {
    ssize_t count = read(fd, octets, length);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = ECONNRESET;
    if (count <= 0) return false;
    octets += count;
    length -= (size_t)count;
  }
  return true;
}

/* One request, one reply, then the end of this process; returns, with errno set, when the agent is away. */
static void ask(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, path, strlen(path) + 1);
  struct timeval patience = {.tv_sec = TIMEOUT_SECONDS};
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  unsigned char header[12];
  if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
      setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0 &&
      connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && write_all(fd, frame, frame_length, true) &&
      read_all(fd, header, sizeof header)) {
    uint32_t length = get32(header + 4);
    if (get32(header) != 0x45434e31 || length < 4 || length > MAX_BODY) {
      fail(IO_FAILURE, "what answers on %s is not the agent", path);
    }
    length -= 4;
    unsigned char *output = malloc(length + 1);
    if (output == NULL) fail(IO_FAILURE, "out of memory");
    if (read_all(fd, output, length)) {
      if (length > 0) {
        output[length] = '\n';
        fwrite(output, 1, length + 1, stdout);
      }
      finish((int)(get32(header + 8) & 0xff));
    }
    free(output);
  }
  int error = errno;
  close(fd);
  errno = error;
}

/* ---- a DEL while the agent is away (CNI-07); dev.espalier.cni.PendingDeletions ---- */

static bool make_folders(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
    *slash = '/';
    if (!made) return false;
  }
  return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* Without a name until it is whole, so that a kill at any moment leaves nothing. Two at a time say the same: the first stays. */
static bool write_nameless(const char *folder, const char *file, bool *supported) {
  char self[32];
  int fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  *supported = fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR);
  if (fd < 0) return false;
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  return write_all(fd, frame, frame_length, false) && fsync(fd) == 0 &&
         (linkat(AT_FDCWD, self, AT_FDCWD, file, AT_SYMLINK_FOLLOW) == 0 || errno == EEXIST);
}

/* On a file system that has no files without names; what a kill leaves, the agent removes when it starts. */
static bool write_renamed(char *temporary, const char *file) {
  int fd = mkostemp(temporary, O_CLOEXEC);
  if (fd < 0) return false;
  if (write_all(fd, frame, frame_length, false) && fsync(fd) == 0 && rename(temporary, file) == 0) return true;
  int error = errno;
  unlink(temporary);
  errno = error;
  return false;
}

static void remember(const char *socket_path) {
  /* Room for the socket's folder, the spool's name, and the longest names of container and interface. */
  char folder[MAX_SOCKET + 16], file[MAX_SOCKET + 16 + MAX_ID + MAX_IF_NAME + 8], temporary[sizeof folder + 32];
  int parent = (int)(strrchr(socket_path, '/') - socket_path);
  snprintf(folder, sizeof folder, "%.*s/cni-spool", parent, socket_path);
  snprintf(file, sizeof file, "%s/%s@%s.del", folder, fields[CONTAINER_ID], fields[IF_NAME]);
  snprintf(temporary, sizeof temporary, "%s/writingXXXXXX", folder);
  bool supported = true;
  bool done = make_folders(folder) && (write_nameless(folder, file, &supported) || (!supported && write_renamed(temporary, file)));
  if (!done) {
    fail(TRY_AGAIN_LATER, "the agent is away and this DEL cannot be remembered in %s: %s", folder, strerror(errno));
  }
}

/* ---- main ---- */

static const char *variable(const char *name) {
  const char *found = getenv(name);
  return found == NULL ? "" : found;
}

static const char *socket_path(const struct word *configured) {
  const char *override = variable("ESPALIER_CNI_SOCKET");
  bool overridden = override[0] != '\0';
  if (!overridden && configured->kind == NO_STRING) fail(INVALID_CONFIGURATION, "socket is not a string");
  const char *path = overridden ? override : configured->kind == STRING ? configured->text : DEFAULT_SOCKET;
  if (path[0] != '/' || strlen(path) > MAX_SOCKET) {
    fail(INVALID_CONFIGURATION, "%s is not an absolute path of at most 107 octets", overridden ? "ESPALIER_CNI_SOCKET" : "socket");
  }
  return path;
}

int main(void) {
  fields[COMMAND] = variable("CNI_COMMAND");
  fields[CONTAINER_ID] = variable("CNI_CONTAINERID");
  fields[NETNS] = variable("CNI_NETNS");
  fields[IF_NAME] = variable("CNI_IFNAME");
  fields[ARGS] = variable("CNI_ARGS");
  read_config();
  validate_environment();
  json = json_start = fields[CONFIG];
  blanks();
  if (is("VERSION") && *json == '\0') answer_version(version);
  struct word cni_version = {0}, configured_socket = {0};
  if (*json == '{') {
    object(0, &cni_version, &configured_socket);
  } else {
    value(0, NULL);
  }
  blanks();
  if (*json != '\0') bad_json("something behind the value");
  if (*json_start == '\0' || json_start[strspn(json_start, " \n\t\r")] != '{') {
    fail(DECODING_FAILURE, "the network configuration is not a JSON object");
  }
  if (cni_version.kind != STRING) fail(INVALID_CONFIGURATION, "cniVersion is missing or not a string");
  if (is("VERSION")) answer_version(cni_version.text);
  require_version(cni_version.text);
  const char *path = socket_path(&configured_socket);
  encode();

  ask(path);
  int away = errno;
  if (is("DEL")) {
    remember(path);
    /* It may have come back after the first try and before the file was there. It forgets the file by itself. */
    ask(path);
    finish(0);
  }
  fail(is("STATUS") ? NOT_AVAILABLE : TRY_AGAIN_LATER, "the agent does not answer on %s: %s", path, strerror(away));
}
