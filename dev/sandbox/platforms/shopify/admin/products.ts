import type { Resolvers } from '../../../graphql.ts'
import { connection } from './connection.ts'
import { itemIdOf } from './inventory.ts'
import type { Fields, Node, Shop } from './shop.ts'
import { textOf } from '../../../text.ts'

/** Products with their variants. https://shopify.dev/docs/api/admin-graphql/2026-07/objects/Product */
export function products(shop: Shop): Resolvers {
  const variantsOf = (product: Fields) => product['variants'] as (Fields & { id: string })[]
  const allVariants = () => shop.all('Product').flatMap(variantsOf)
  return {
    'QueryRoot.products': (_, args) => {
      shop.allow('read', 'products')
      return connection(shop.all('Product'), args)
    },
    'QueryRoot.product': (_, { id }) => {
      shop.allow('read', 'products')
      return shop.get('Product', textOf(id))
    },
    'QueryRoot.productByIdentifier': (_, { identifier }) => {
      shop.allow('read', 'products')
      const { id, handle } = identifier as Fields
      return id ? shop.get('Product', textOf(id)) : shop.all('Product').find(one => one['handle'] === handle)
    },
    'QueryRoot.productVariants': (_, args) => {
      shop.allow('read', 'products')
      return connection(allVariants(), args)
    },
    'QueryRoot.productVariant': (_, { id }) => {
      shop.allow('read', 'products')
      return allVariants().find(variant => variant.id === id)
    },
    'Product.variants': (own, args) => connection(variantsOf(own), args),
    'Product.hasOnlyDefaultVariant': own => variantsOf(own).every(({ title }) => title === 'Default Title'),
    'Product.description': ({ descriptionHtml }) => textOf(descriptionHtml).replaceAll(/<[^>]*>/g, ''),
    'Product.totalInventory': own => variantsOf(own).reduce((sum, { id }) => sum + stockOf(shop, id), 0),
    'ProductVariant.product': ({ productId }) => shop.get('Product', textOf(productId)),
    'ProductVariant.displayName': ({ productId, title }) =>
      `${textOf(shop.get('Product', textOf(productId))?.['title'])} - ${textOf(title)}`,
    'ProductVariant.inventoryQuantity': ({ id }) => stockOf(shop, textOf(id)),
    'ProductVariant.inventoryItem': own => ({ ...own, id: itemIdOf(textOf(own['id'])) }),
    'Mutation.productSet': (_, { input, identifier }) => {
      shop.allow('write', 'products')
      return written(shop, input as Fields, (identifier ?? {}) as Fields)
    },
    'Mutation.productDelete': (_, { input }) => {
      shop.allow('write', 'products')
      const id = textOf((input as Fields)['id'])
      for (const level of shop.all('InventoryLevel'))
        if (shop.get('Product', id) && variantsOf(shop.get('Product', id)!).some(one => one.id === level['variantId']))
          shop.remove('InventoryLevel', level.id)
      if (shop.remove('Product', id)) return { deletedProductId: id, userErrors: [] }
      return { deletedProductId: null, userErrors: [{ field: ['id'], message: 'Product does not exist' }] }
    },
  }
}

function stockOf(shop: Shop, variantId: string): number {
  const levels = shop.all('InventoryLevel').filter(level => level['variantId'] === variantId)
  return levels.reduce((sum, { available }) => sum + Number(available), 0)
}

interface Refusal {
  product: null
  userErrors: { code: string; field: string[]; message: string }[]
}
const refused = (code: string, field: string[], message: string): Refusal => {
  return { product: null, userErrors: [{ code, field: ['input', ...field], message }] }
}

/** `productSet`: a list that is given takes the place of the one that there is, and what is not in it is deleted. */
function written(shop: Shop, input: Fields, identifier: Fields): Refusal | { product: Node; userErrors: [] } {
  const { productOptions, variants, id: _id, ...said } = input
  // What is set to nothing is empty.
  const fields = Object.fromEntries(Object.entries(said).map(([name, value]) => [name, value ?? '']))
  const { id: wanted, handle } = identifier
  const before = wanted
    ? shop.get('Product', textOf(wanted))
    : shop.all('Product').find(one => handle !== undefined && one['handle'] === handle)
  if (wanted !== undefined && !before) return refused('PRODUCT_DOES_NOT_EXIST', ['id'], 'Product does not exist')
  if (!before && !textOf(fields['title'] ?? '').trim())
    return refused('INVALID_PRODUCT', ['title'], "Title can't be blank")
  if (fields['title'] === '') return refused('INVALID_PRODUCT', ['title'], "Title can't be blank")
  if (variants !== undefined && productOptions === undefined)
    return refused('PRODUCT_OPTIONS_INPUT_MISSING', ['variants'], 'Must specify product options when updating variants')
  if (productOptions !== undefined && before && variants === undefined)
    return refused('VARIANTS_INPUT_MISSING', ['productOptions'], 'Must specify variants when updating options')
  const slug = (text: unknown) =>
    textOf(text)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
  const isTaken = shop.all('Product').some(one => one.id !== before?.id && one['handle'] === fields['handle'])
  if (fields['handle'] !== undefined && isTaken)
    return refused('HANDLE_NOT_UNIQUE', ['handle'], 'Handle already in use. Please provide a new handle.')
  const id = before?.id ?? shop.newId('Product')
  const given = (variants ?? (before ? undefined : [{}])) as Fields[] | undefined
  const options = productOptions as Fields[] | undefined
  const made = given && variantsFor(shop, id, given, (before?.['variants'] ?? []) as Fields[], options)
  if (made && 'userErrors' in made) return made
  const empty = { descriptionHtml: '', vendor: shop.domain.split('.')[0], productType: '', status: 'ACTIVE', tags: [] }
  const named = { handle: before?.['handle'] ?? `${slug(fields['title'])}-${id.split('/').at(-1)}` }
  const node = { ...empty, ...named, ...before, ...fields, id, legacyResourceId: id.split('/').at(-1) }
  const optionsNow = options ?? before?.['optionsKept'] ?? [{ name: 'Title', values: [{ name: 'Default Title' }] }]
  const all = made ?? before?.['variants']
  return {
    product: shop.put('Product', { ...node, ...optionFields(optionsNow as Fields[], id), variants: all }),
    userErrors: [],
  }
}

function optionFields(options: Fields[], productId: string): Fields {
  const number = productId.split('/').at(-1)
  return {
    optionsKept: options,
    options: options.map(({ name, values }, index) => ({
      ...{ id: `gid://shopify/ProductOption/${number}${index}`, name, position: index + 1 },
      values: ((values ?? []) as Fields[]).map(value => value['name']),
      optionValues: ((values ?? []) as Fields[]).map((value, at) => {
        return { id: `gid://shopify/ProductOptionValue/${number}${index}${at}`, name: value['name'], hasVariants: true }
      }),
    })),
  }
}

function variantsFor(
  shop: Shop,
  productId: string,
  given: Fields[],
  before: Fields[],
  options: Fields[] = [],
): Fields[] | Refusal {
  const made: Fields[] = []
  for (const [index, variant] of given.entries()) {
    const { optionValues = [{ optionName: 'Title', name: 'Default Title' }], inventoryItem, id, ...rest } = variant
    const selectedOptions = (optionValues as Fields[]).map(({ optionName, name }) => ({
      name: optionName,
      value: name,
    }))
    const at = ['variants', textOf(index)]
    for (const { name, value } of options.length > 0 ? selectedOptions : []) {
      const option = options.find(one => one['name'] === name)
      if (!option) return refused('OPTION_DOES_NOT_EXIST', at, 'Option does not exist.')
      if (!((option['values'] ?? []) as Fields[]).some(one => one['name'] === value))
        return refused('OPTION_VALUE_DOES_NOT_EXIST', at, 'Option value does not exist.')
    }
    const title = selectedOptions.map(({ value }) => value).join(' / ')
    const old = before.find(one => (id === undefined ? one['title'] === title : one['id'] === id))
    if (id !== undefined && !old)
      return refused('PRODUCT_VARIANT_DOES_NOT_EXIST', at, 'Product variant does not exist.')
    const price = rest['price']
    if (price !== undefined && Number(price) < 0)
      return refused('INVALID_VARIANT', at, 'Price must be greater than or equal to 0')
    const { cost, sku: itemSku, tracked } = (inventoryItem ?? {}) as Fields
    const money = { price: Number(price ?? old?.['price'] ?? 0).toFixed(2) }
    const sku = rest['sku'] ?? itemSku ?? old?.['sku'] ?? null
    const item = {
      tracked: tracked ?? old?.['tracked'] ?? true,
      cost: cost === undefined ? (old?.['cost'] ?? null) : cost,
    }
    const variantId = textOf(old?.['id'] ?? shop.newId('ProductVariant'))
    const number = { id: variantId, legacyResourceId: variantId.split('/').at(-1), productId, position: index + 1 }
    const times = { createdAt: old?.['createdAt'] ?? new Date().toISOString(), updatedAt: new Date().toISOString() }
    made.push({
      taxable: true,
      barcode: null,
      ...old,
      ...rest,
      ...money,
      ...item,
      ...number,
      ...times,
      sku,
      selectedOptions,
      title,
    })
  }
  return made
}
