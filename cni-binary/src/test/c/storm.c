/*
 * What a container runtime does when many pods come at a time, without its own cost: runs the CNI plugin once for each pod, all beside one another, and says how
 * long each took from before its start until its end was seen.
 *
 *   storm PLUGIN CONFIG OUTPUT POD...
 *
 * CONFIG is the file with the network configuration. Of each POD, /run/netns/POD is the namespace and POD the container's name; its plugin's standard output goes
 * to OUTPUT/POD. The other variables of the CNI specification are this process's own. Prints a line for each pod: its name, exit code and microseconds; then one
 * with all plugins' own CPU time, user and system, in microseconds. Exit code 1 when a plugin could not be run at all.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long now_micros(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static void check(int error, const char *what) {
  if (error != 0) {
    fprintf(stderr, "storm: %s: %s\n", what, strerror(error));
    exit(1);
  }
}

static char *text(const char *before, const char *after) {
  char *joined;
  if (asprintf(&joined, "%s%s", before, after) < 0) check(12, "memory");
  return joined;
}

/* This process's environment with two more variables; whoever runs this leaves them out of it. */
static char **environment(const char *pod) {
  size_t count = 0;
  while (environ[count] != NULL) count++;
  char **variables = calloc(count + 3, sizeof *variables);
  if (variables == NULL) check(12, "memory");
  memcpy(variables, environ, count * sizeof *variables);
  variables[count] = text("CNI_CONTAINERID=", pod);
  variables[count + 1] = text("CNI_NETNS=/run/netns/", pod);
  return variables;
}

int main(int count, char **words) {
  if (count < 5) {
    fprintf(stderr, "usage: storm PLUGIN CONFIG OUTPUT POD...\n");
    return 2;
  }
  char *plugin = words[1], *config = words[2], *output = words[3], **pods = words + 4;
  int pod_count = count - 4;
  struct {
    pid_t process;
    long started;
    char **variables;
    posix_spawn_file_actions_t files;
  } *runs = calloc((size_t)pod_count, sizeof *runs);
  if (runs == NULL) check(12, "memory");
  char folder[4096];
  snprintf(folder, sizeof folder, "%s/", output);
  for (int i = 0; i < pod_count; i++) {
    runs[i].variables = environment(pods[i]);
    check(posix_spawn_file_actions_init(&runs[i].files), "memory");
    check(posix_spawn_file_actions_addopen(&runs[i].files, STDIN_FILENO, config, O_RDONLY, 0), config);
    check(posix_spawn_file_actions_addopen(&runs[i].files, STDOUT_FILENO, text(folder, pods[i]), O_WRONLY | O_CREAT | O_TRUNC, 0600), output);
  }
  char *arguments[] = {plugin, NULL};
  for (int i = 0; i < pod_count; i++) {
    runs[i].started = now_micros();
    check(posix_spawn(&runs[i].process, plugin, &runs[i].files, NULL, arguments, runs[i].variables), plugin);
  }
  for (int left = pod_count; left > 0; left--) {
    int status;
    pid_t ended = wait(&status);
    long end = now_micros();
    for (int i = 0; i < pod_count; i++) {
      if (runs[i].process == ended) {
        printf("%s %d %ld\n", pods[i], WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), end - runs[i].started);
      }
    }
  }
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  printf("cpu %ld %ld\n", usage.ru_utime.tv_sec * 1000000L + usage.ru_utime.tv_usec, usage.ru_stime.tv_sec * 1000000L + usage.ru_stime.tv_usec);
  return 0;
}
