import { stepsOf, valueBehind } from '../../calls/json-path.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'

/** Tells what on a model's list is no such thing, such as the pull requests among GitHub's issues. */
export function skippedBy({ skip }: Pick<ModelDefinition, 'skip'>): (raw: unknown) => boolean {
  if (!skip) return () => false
  const marks = skip.map(({ path, ...mark }) => ({ steps: stepsOf(path), mark }))
  return raw =>
    marks.some(({ steps, mark }) => {
      const value = valueBehind(raw, steps)
      return 'equals' in mark ? value === mark.equals : value !== undefined && value !== null
    })
}
