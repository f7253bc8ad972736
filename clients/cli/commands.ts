import type { Command } from './command.ts';
import { ask } from './commands/ask.ts';
import { complete } from './commands/complete.ts';
import { completion } from './commands/completion.ts';
import { exportStudy } from './commands/export.ts';
import { importance } from './commands/importance.ts';
import { importStudy } from './commands/import.ts';
import { keyCreate } from './commands/key-create.ts';
import { keyList } from './commands/key-list.ts';
import { keyRevoke } from './commands/key-revoke.ts';
import { plotCurves } from './commands/plot-curves.ts';
import { plotHistory } from './commands/plot-history.ts';
import { plotSlice } from './commands/plot-slice.ts';
import { report } from './commands/report.ts';
import { run } from './commands/run.ts';
import { serve } from './commands/serve.ts';
import { studyCreate } from './commands/study-create.ts';
import { studyDelete } from './commands/study-delete.ts';
import { studyExtend } from './commands/study-extend.ts';
import { studyList } from './commands/study-list.ts';
import { studyPause } from './commands/study-pause.ts';
import { studyResume } from './commands/study-resume.ts';
import { studyShow } from './commands/study-show.ts';
import { studyStop } from './commands/study-stop.ts';
import { studyWatch } from './commands/study-watch.ts';
import { tell } from './commands/tell.ts';
import { trialCancel } from './commands/trial-cancel.ts';
import { trialLog } from './commands/trial-log.ts';
import { trialRetry } from './commands/trial-retry.ts';
import { trialShow } from './commands/trial-show.ts';

/** All commands, in the order of help. */
export const commands: readonly Command[] = [
  serve,
  run,
  ask,
  tell,
  report,
  importance,
  exportStudy,
  importStudy,
  completion,
  studyCreate,
  studyList,
  studyShow,
  studyWatch,
  studyPause,
  studyResume,
  studyStop,
  studyExtend,
  studyDelete,
  trialShow,
  trialRetry,
  trialCancel,
  trialLog,
  plotHistory,
  plotSlice,
  plotCurves,
  keyCreate,
  keyList,
  keyRevoke,
  complete,
];
