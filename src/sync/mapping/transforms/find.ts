import type { Transform as Definition } from '../../../catalogue/schema/items/transforms.ts'
import { decimal, numberAsText } from './decimals.ts'
import { minorUnits } from './minor-units.ts'
import { phone } from './phones.ts'
import { lineAmount, reciprocal, unitPrice } from './prices.ts'
import { sole } from './sole.ts'
import { joined, pieces, splitAt } from './texts.ts'
import { date, instant } from './times.ts'
import type { Transform } from './transform.ts'
import { anyText, constant, lowerCaseCode, wordTable, yesOrNo } from './words.ts'

/** The transform that a definition names. @param places how many places of the platform's the field has */
export function transformOf(definition: Definition, places = 1): Transform {
  if (definition === 'lower-case-code') return lowerCaseCode
  switch (definition.kind) {
    case 'decimal':
      return decimal(definition)
    case 'minor-units':
      return minorUnits(definition)
    case 'instant':
      return instant(definition)
    case 'date':
      return date(definition)
    case 'any-text':
      return anyText
    case 'number':
      return numberAsText
    case 'boolean':
      return yesOrNo(definition)
    case 'enum':
      return wordTable(definition)
    case 'phone':
      return phone(definition)
    case 'text':
      return pieces(definition)
    case 'join':
      return joined(definition, places)
    case 'split':
      return splitAt(definition)
    case 'line-amount':
      return lineAmount(definition)
    case 'unit-price':
      return unitPrice(definition)
    case 'reciprocal':
      return reciprocal(definition)
    case 'sole':
      return sole(definition)
    case 'constant':
      return constant(definition)
  }
}
