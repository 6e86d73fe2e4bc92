import { textOf } from '../../text.ts'
import type { Thing } from '../../tools.ts'
import { checked, Refused, type Model } from './refused.ts'

/** https://accounting-api.autocountcloud.com/documentation/models/product/inputmodels/product-master-inputmodel */
const model: Model = {
  ...{ productCode: 20, productName: 100, productType: 1, status: 1, variant1Name: 20, variant2Name: 20 },
  ...{ productName2: 100, unit: 8, price: 'number', minPrice: 'number', cost: 'number', productCategoryName: 'text' },
  ...{ postingGroup: 'text', supplyTaxCode: 'text', purchaseTaxCode: 'text', tariffCode: 'text', image: 'text' },
  ...{ furtherDescription: 'text', note: 'text', supplier: 12, barCode: 30, classificationCode: 5, unitType: 5 },
  ...{ cannotConsolidateInvoice: 'flag' },
}
const whole: Model = {
  product: 'any',
  productVariant1Options: 'list',
  productVariant2Options: 'list',
  productVariants: 'list',
}
export const taxCodes = ['S-5', 'S-10', 'ST-0']

/** @throws Refused */
export function newProduct(body: unknown, all: readonly Thing[], id: number): Thing {
  const said = masterOf(body)
  for (const name of ['productCode', 'productName', 'productType', 'status'])
    if (!said[name]) throw new Refused(`The ${name} field is required.`)
  if (all.some(one => codeOf(one) === said['productCode']))
    throw new Refused(`ProductCode (ProductCode = ${textOf(said['productCode'])}) already exists`)
  const blank = Object.fromEntries(Object.entries(model).map(([name, form]) => [name, form === 'number' ? 0 : null]))
  return settled({ ...blank, ...said, productId: id })
}

/** @throws Refused */
export function changedProduct(product: Thing, body: unknown): Thing {
  return settled({ ...(product['product'] as Thing), ...masterOf(body) })
}

export function codeOf(product: Thing): unknown {
  return (product['product'] as Thing)['productCode']
}

function masterOf(body: unknown): Thing {
  return checked(model, checked(whole, body, 'Product')['product'], 'Product')
}

function settled(product: Thing): Thing {
  if (!['I', 'S'].includes(textOf(product['productType']))) throw new Refused('ProductType is invalid')
  if (!['A', 'I', 'D'].includes(textOf(product['status']))) throw new Refused('Status is invalid')
  const tax = product['supplyTaxCode']
  if (tax && !taxCodes.includes(textOf(tax))) throw new Refused(`TaxCode (TaxCode = ${textOf(tax)}) not exists`)
  return { product, productVariant1Options: [], productVariant2Options: [], productVariants: [] }
}

/** Whether a listing shows one, by the statuses that are asked for. */
export function isListed(product: Thing, filter: Thing): boolean {
  const { active, inactive, discontinued } = (filter['statuses'] ?? { active: true }) as Record<string, boolean>
  const shown = { A: active, I: inactive, D: discontinued }
  return shown[(product['product'] as { status: 'A' | 'I' | 'D' }).status] === true
}
