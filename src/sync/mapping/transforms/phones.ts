import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js'
import type { TransformOf } from '../../../catalogue/schema/items/transforms.ts'
import { unfit, type Transform } from './transform.ts'

const isE164 = (text: string) => /^\+[1-9]\d{6,14}$/.test(text)

/**
 * A telephone number as E.164 has it, by the numbering plans of Google's libphonenumber.
 * @param region whose number it is where it names no country
 * @returns undefined where it is none: it is too long or too short for its plan, or says more than a number, such as an extension
 */
export function e164Of(text: string, region?: string): string | undefined {
  const trimmed = text.trim()
  const number = numberIn(trimmed, region)
  // Most countries dial abroad with 00, and people write it so where no country is known, too.
  return number ?? (trimmed.startsWith('00') ? numberIn(`+${trimmed.slice(2)}`) : undefined)
}

function numberIn(text: string, region?: string): string | undefined {
  const number = possible(text, region)
  // A zero too many can be left off at each reading: what is no number for itself would not stay the same.
  return number !== undefined && isE164(number) && possible(number) === number ? number : undefined
}

function possible(text: string, region?: string): string | undefined {
  const options = { extract: false, ...(region !== undefined && { defaultCountry: region as CountryCode }) }
  const number = parsePhoneNumberFromString(text, options)
  return number && number.ext === undefined && number.isPossible() ? number.number : undefined
}

/** A telephone number, in the hub as E.164. */
export function phone({ region, otherwise }: TransformOf<'phone'>): Transform {
  const read = (value: unknown) => {
    if (typeof value !== 'string') return unfit
    return e164Of(value, region) ?? (otherwise === 'keep' ? value : unfit)
  }
  return { in: read, out: read }
}
