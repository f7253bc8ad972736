/** What a stream of random numbers is for: streams of different purposes never share a number. Never renumber. */
export const purpose = {
  random: 1,
  training: 2,
  rescramble: 3,
  mutation: 4,
  spread: 5,
  resample: 6,
  chance: 7,
  sensitivity: 8,
  between: 9,
  sample: 10,
} as const;
