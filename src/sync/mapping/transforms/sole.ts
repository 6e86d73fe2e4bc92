import type { TransformOf } from '../../../catalogue/schema/items/transforms.ts'
import { stepsOf, valueBehind } from '../../../calls/json-path.ts'
import { setAt, type Values } from '../../../calls/json-write.ts'
import { decimalText, jsonNumber } from './decimals.ts'
import { unfit, type Transform } from './transform.ts'

/** The platform has a list, and the hub one value where the list has one object. */
export function sole({ value: path, where, beside: amounts = {} }: TransformOf<'sole'>): Transform {
  const [valueAt, chosenAt] = [stepsOf(path), where && stepsOf(where.path)]
  const isMeant = (one: unknown) => chosenAt === undefined || valueBehind(one, chosenAt) === where?.equals
  return {
    looksBeside: true,
    in(list) {
      if (!Array.isArray(list)) return unfit
      const meant = (list as unknown[]).filter(isMeant)
      return meant.length === 1 ? valueBehind(meant[0], valueAt) : undefined
    },
    out(value, beside) {
      let object: Values = chosenAt === undefined ? {} : setAt({}, chosenAt, where!.equals)
      for (const [target, field] of Object.entries(amounts)) {
        const text = decimalText(beside(field))
        const told = text === unfit ? unfit : jsonNumber(text)
        if (told === unfit) return unfit
        object = setAt(object, stepsOf(target), told)
      }
      return [setAt(object, valueAt, value)]
    },
  }
}
