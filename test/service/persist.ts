/** Repeats what the store could not answer, as a client does. */
export async function persist<T>(request: () => Promise<T>): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await request();
    } catch (error) {
      const { problem } = error as { problem?: { code: string } };
      if (problem?.code !== 'unavailable' || tried > 50) throw error;
    }
  }
}
