import { stepsOf, valueBehind } from '../../../calls/json-path.ts'
import { setAt } from '../../../calls/json-write.ts'
import type { TransformOf } from '../../../catalogue/schema/items/transforms.ts'
import { unfit, type Transform } from './transform.ts'

/** A list of pieces of text as one text. */
export function pieces({ pieces: path, written = path, longest }: TransformOf<'text'>): Transform {
  const [read, told] = [stepsOf(path), stepsOf(written)]
  return {
    isList: true,
    in(value) {
      if (!Array.isArray(value)) return unfit
      const texts = (value as unknown[]).map(piece => valueBehind(piece, read))
      return texts.every(text => typeof text === 'string') ? texts.join('') || undefined : unfit
    },
    out: value => (typeof value === 'string' ? cut(value, longest).map(piece => setAt({}, told, piece)) : unfit),
  }
}

/** A text in parts of so many characters, none of which ends within one that takes two. */
function cut(text: string, longest = text.length): string[] {
  const parts: string[] = []
  for (let rest = text; rest !== '';) {
    const isWithin = rest.length > longest && /[\uD800-\uDBFF]/.test(rest[longest - 1]!)
    parts.push(rest.slice(0, isWithin ? longest - 1 : longest))
    rest = rest.slice(parts.at(-1)!.length)
  }
  return parts
}

function presentTexts(values: readonly unknown[]): string[] | undefined {
  const present = values.filter(value => value !== undefined && value !== null && value !== '')
  return present.every(value => typeof value === 'string') ? present : undefined
}

/** Several texts of the platform's as one; it is told apart at the first separators, so that the last takes the rest. */
export function joined({ separator }: TransformOf<'join'>, count: number): Transform {
  return {
    in(values) {
      const texts = presentTexts(values as unknown[])
      return texts ? texts.join(separator) || undefined : unfit
    },
    out(value) {
      if (typeof value !== 'string') return unfit
      const parts = value.split(separator)
      return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator) || undefined]
    },
  }
}

/** One text of the platform's as two: what comes before the first separator, and the rest. */
export function splitAt({ separator, part, beside: path }: TransformOf<'split'>): Transform {
  return {
    looksBeside: true,
    saysOfEmpty: true,
    in(value) {
      if (typeof value !== 'string') return unfit
      const at = value.indexOf(separator)
      if (at < 0) return part === 'first' ? value : undefined
      return (part === 'first' ? value.slice(0, at) : value.slice(at + separator.length)) || undefined
    },
    out(value, beside) {
      const both = part === 'first' ? [value, beside(path)] : [beside(path), value]
      const texts = presentTexts(both)
      return texts ? texts.join(separator) || undefined : unfit
    },
  }
}
