import type { TransformOf } from '../../../catalogue/schema/items/transforms.ts'
import { unfit, type Transform } from './transform.ts'

/** Country codes (ITU-T E.164) and what a number at home begins with instead, by ISO 3166 code. */
const plans: Record<string, { code: string; trunk: string }> = {
  AE: { code: '971', trunk: '0' },
  AU: { code: '61', trunk: '0' },
  CA: { code: '1', trunk: '1' },
  CN: { code: '86', trunk: '0' },
  DE: { code: '49', trunk: '0' },
  FR: { code: '33', trunk: '0' },
  GB: { code: '44', trunk: '0' },
  HK: { code: '852', trunk: '' },
  ID: { code: '62', trunk: '0' },
  IN: { code: '91', trunk: '0' },
  JP: { code: '81', trunk: '0' },
  KR: { code: '82', trunk: '0' },
  MY: { code: '60', trunk: '0' },
  NZ: { code: '64', trunk: '0' },
  PH: { code: '63', trunk: '0' },
  SG: { code: '65', trunk: '' },
  TH: { code: '66', trunk: '0' },
  TW: { code: '886', trunk: '0' },
  US: { code: '1', trunk: '1' },
  VN: { code: '84', trunk: '0' },
}

/** The countries whose numbers can be read as they are written at home. */
export const phoneRegions = Object.keys(plans)

const isE164 = (text: string) => /^\+[1-9]\d{6,14}$/.test(text)

/** A telephone number as E.164 has it; undefined where it is none, or none of a country that is known. */
export function e164Of(text: string, region?: string): string | undefined {
  // What people write between the digits, and a zero that is only dialled at home: `+44 (0)20`.
  const digits = text
    .trim()
    .replace(/^(\+|00)(.*?)\(0\)/, '$1$2')
    .replace(/[\s().\-/‐-―]/g, '')
  if (!/^\+?\d{4,20}$/.test(digits)) return undefined
  const abroad = digits.startsWith('+') ? digits : digits.startsWith('00') ? `+${digits.slice(2)}` : undefined
  if (abroad !== undefined) return isE164(abroad) ? abroad : undefined
  const plan = region === undefined ? undefined : plans[region]
  if (!plan) return undefined
  const national = plan.trunk !== '' && digits.startsWith(plan.trunk) ? digits.slice(plan.trunk.length) : digits
  const number = `+${plan.code}${national}`
  return isE164(number) ? number : undefined
}

/** A telephone number, in the hub as E.164. */
export function phone({ region, otherwise }: TransformOf<'phone'>): Transform {
  const read = (value: unknown) => {
    if (typeof value !== 'string') return unfit
    return e164Of(value, region) ?? (otherwise === 'keep' ? value : unfit)
  }
  return { in: read, out: read }
}
