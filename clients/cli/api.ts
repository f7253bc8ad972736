import type { Client } from '../../shared/api/client.ts';

/** The documents of the contract, as the client gives and takes them. */
export type { Client };

type StudySpec = Parameters<Client['createStudy']>[0]['body'];
export type NewStudy = StudySpec;
export type Study = Awaited<ReturnType<Client['getStudy']>>;
export type Trial = Awaited<ReturnType<Client['tell']>>;
export type RankedTrial = Awaited<ReturnType<Client['best']>>['trials'][number];
export type TrialDetail = Awaited<ReturnType<Client['getTrial']>>;
export type SearchSpace = StudySpec['space'];
export type Parameter = SearchSpace[string];
export type Params = Trial['params'];
export type ParamValue = Params[string];
export type Objective = Study['objectives'][number];
export type TellRequest = Parameters<Client['tell']>[0]['body'];
export type EnqueuedTrial = Parameters<Client['enqueue']>[0]['body']['trials'][number];
