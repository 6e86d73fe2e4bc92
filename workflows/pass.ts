/** Most batches of one pass; what is left is the next one's. */
const mostBatches = 50

/** How many troubles stand in a pass's words. */
const mostTold = 10

/** Takes one batch after another until a look has found nothing more to do now. @param look gives whether there is more */
export async function inBatches(look: () => Promise<boolean>): Promise<void> {
  for (let batch = 0; batch < mostBatches; batch++) {
    if (!(await look())) return
  }
}

/** The troubles that a pass tells of: the first ones. */
export function toldTroubles<Trouble>(told: readonly Trouble[], others: readonly Trouble[]): Trouble[] {
  return [...told, ...others].slice(0, mostTold)
}

/** What a pass has done, and below it what failed, each with what it is about and the code of its error. */
export function passWords<Trouble extends { code: string }>(
  done: string,
  failed: string,
  troubles: readonly Trouble[],
  about: (trouble: Trouble) => string[],
): string {
  return [`${done} ${failed}:`, '', ...troubles.map(one => `- ${about(one).join(', ')}: ${one.code}`)].join('\n')
}
