/* The program `understudy-stage`: what must live on when a process of ours ends. One file for each of its roles. Linux. */
#ifndef UNDERSTUDY_STAGE_H
#define UNDERSTUDY_STAGE_H

#include <stdint.h>

/* Exit codes of the roles, where the process that they start has none of its own. */
enum us_stage_exit { us_stage_ok = 0, us_stage_usage = 2, us_stage_failed = 70 };

/* Plays: calls the callback by the driver that the orders name, until they say none or no process is left that could. */
int us_stage_play(const char *run_folder, uint32_t starts);

/*
 * Starts the control process again and again until it ends on purpose, then ends everything. Returns its exit code. Of the
 * arguments, the one that is `main_argument` names the module to start; the file `program` of the run's folder, where there is one,
 * names another program and module.
 */
int us_stage_launch(const char *run_folder, const char *program, const char *main_argument, char **arguments);

#endif
