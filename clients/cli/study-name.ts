import type { Client, Study } from './api.ts';
import { nearest } from '../../shared/api/nearest.ts';
import { Refusal } from './refusal.ts';

const listedMax = 1000;

/** The study, or a sentence with the name that was probably meant. */
export async function findStudy(client: Client, study: string): Promise<Study> {
  try {
    return await client.getStudy({ study });
  } catch (error) {
    const { problem } = error as { problem?: { code: string; detail: string } };
    if (problem?.code !== 'study_not_found') throw error;
    const { data } = await client.listStudies({ query: { limit: listedMax } });
    const meant = nearest(
      study,
      data.map(({ name }) => name),
    );
    if (meant !== undefined) throw new Refusal(`There is no study "${study}"; did you mean ${meant}?`);
    throw error;
  }
}
