import type { Params } from '../../domain/parameter.ts';
import { paramsKey } from '../../domain/params.ts';
import { needsModel } from '../../domain/sampler.ts';
import type { Suggestion } from '../../domain/trial.ts';
import { engineVersion } from '../../engine/engine-version.ts';
import { suggestWithModel, type ModelSuggested } from '../../engine/suggest-with-model.ts';
import { suggest, type SuggestRequest } from '../../engine/suggest.ts';
import { spaceOfStudy } from '../find.ts';
import { historyFor, readHistory } from '../model/history.ts';
import { knowledgeOf } from '../model/knowledge.ts';
import { drawAgain, drawUntaken, duplicateCountMax } from './draw-again.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { HistoryMarks } from '../ports/trials.ts';
import { timeLimitOf } from '../model/time-limit.ts';

/** The params chosen for a number, and how. */
export interface Choice {
  params: Params;
  suggestion: Suggestion;
}

/**
 * What the sampler wants to try under a number, whether or not another trial has it.
 * @param reserved params that are about to become trials, by number.
 */
export type Chooser = (number: number, fixed: Params, reserved?: ReadonlyMap<number, Params>) => Choice | undefined;

/**
 * The chooser of a study, with everything that it has to know read.
 * @param marks see `readHistory`.
 * @param begin begins the time of one suggestion, where the request has chosen before.
 */
export async function chooserFor(
  ports: Ports,
  study: StudyRecord,
  marks?: HistoryMarks,
  begin = timeLimitOf(ports),
): Promise<Chooser> {
  if (!needsModel(study.spec.sampler)) return (number, fixed) => chosen(study, requestOf(study, number, fixed, 0));
  const known = await readHistory(ports, study, marks);
  return (number, fixed, reserved = new Map()) => {
    const request = requestOf(study, number, fixed, 0);
    const history = historyFor(known, number, reserved);
    const choice = choiceOf(study, request, suggestWithModel(request, study.spec.objectives, history, begin()));
    const knowledge = choice?.suggestion.sampler === 'gp' ? knowledgeOf(known, history) : undefined;
    if (knowledge) choice!.suggestion.knowledge = knowledge;
    return choice;
  };
}

/**
 * What to try instead, after `refused` choices were found to be other trials' params.
 * @param reserved keys (`paramsKey`) of params that are about to become trials.
 * @returns undefined when no configuration is left.
 */
export async function chooseAgain(
  ports: Ports,
  study: StudyRecord,
  number: number,
  fixed: Params,
  last: Choice,
  refused: number,
  reserved: ReadonlySet<string> = new Set(),
): Promise<Choice | undefined> {
  if (last.suggestion.sampler === 'grid') return displacedCell(ports, study, last);
  const request = requestOf(study, number, fixed, 0);
  if (refused < duplicateCountMax) return choiceOf(study, request, drawAgain(request, last.suggestion));
  const taken = new Set(reserved);
  for await (const trial of ports.trials.all(study)) taken.add(paramsKey(trial.params));
  const choice = choiceOf(study, request, drawUntaken(request, last.suggestion, taken));
  return choice && { ...choice, suggestion: { ...choice.suggestion, isLeftOver: true } };
}

/**
 * The cell of a grid number is held by a trial that was enqueued, or drawn before the grid grew: that trial's own cell
 * is free instead, or leads on to the next. Numbers and cells are matched one to one, so the chains of two numbers
 * never meet and every cell is reached exactly once.
 */
async function displacedCell(ports: Ports, study: StudyRecord, last: Choice): Promise<Choice | undefined> {
  let choice: Choice | undefined = last;
  for (let holder = await ports.trials.holderOf(study, last.params); holder !== undefined;) {
    choice = chosen(study, requestOf(study, holder, {}, 0));
    holder = choice && (await ports.trials.holderOf(study, choice.params));
  }
  return choice;
}

export function requestOf(study: StudyRecord, number: number, fixed: Params, firstTry: number): SuggestRequest {
  return { space: spaceOfStudy(study), sampler: study.spec.sampler, seed: study.spec.seed, number, fixed, firstTry };
}

function chosen(study: StudyRecord, request: SuggestRequest): Choice | undefined {
  return choiceOf(study, request, suggest(request));
}

function choiceOf(
  study: StudyRecord,
  { seed, number, fixed }: SuggestRequest,
  suggested: ModelSuggested | undefined,
): Choice | undefined {
  if (!suggested) return undefined;
  const { params, sampler, tries, expected, observations, fallback } = suggested;
  const suggestion: Suggestion = {
    sampler,
    seed,
    number,
    tries,
    spaceVersion: study.spaceVersion,
    engineVersion,
    ...(Object.keys(fixed).length > 0 && { fixed: Object.keys(fixed) }),
    ...expected,
    ...(observations !== undefined && { observations }),
    ...(fallback && { fallback }),
  };
  return { params, suggestion };
}
