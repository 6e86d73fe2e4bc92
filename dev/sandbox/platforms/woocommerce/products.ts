import { type Fields, type Item, type Kind, Refused, type Shop } from './records.ts'

/** https://woocommerce.github.io/woocommerce-rest-api-docs/#product-properties */
export const products: Kind = {
  name: 'products',
  code: 'product',
  trash: true,
  modified: true,
  orderBy: ['date', 'id', 'include', 'title', 'slug', 'modified', 'price', 'popularity', 'rating', 'menu_order'],
  schema: {
    ...{ name: 'text', slug: 'text', description: 'text', short_description: 'text', sku: 'text' },
    ...{ global_unique_id: 'text', regular_price: 'text', sale_price: 'text', tax_class: 'text' },
    ...{ weight: 'text', virtual: 'boolean', downloadable: 'boolean', featured: 'boolean', manage_stock: 'boolean' },
    ...{ stock_quantity: 'integer', categories: 'list', tags: 'list', images: 'list', attributes: 'list' },
    ...{ meta_data: 'list', price: 'read-only', permalink: 'read-only' },
    type: { one: ['simple', 'grouped', 'external', 'variable'] },
    status: { one: ['draft', 'pending', 'private', 'publish', 'future'] },
    tax_status: { one: ['taxable', 'shipping', 'none'] },
    stock_status: { one: ['instock', 'outofstock', 'onbackorder'] },
  },
  filters: {
    sku: ({ sku }, value) => value.split(',').includes(String(sku)),
    type: ({ type }, value) => type === value,
  },
  made(fields, shop) {
    unique(fields, undefined, shop)
    const empty = { name: '', type: 'simple', status: 'publish', description: '', short_description: '', sku: '' }
    const more = { regular_price: '', sale_price: '', global_unique_id: '', tax_status: 'taxable', tax_class: '' }
    const stock = { manage_stock: false, stock_quantity: null, stock_status: 'instock', variations: [], meta_data: [] }
    return priced({ ...empty, ...more, ...stock, ...fields })
  },
  changed(item, fields, shop) {
    unique(fields, item, shop)
    return priced({ ...item, ...fields }) as Item
  },
}

/** A sku is one product's, be that in the trash. */
function unique({ sku }: Fields, item: Item | undefined, shop: Shop): void {
  const other = sku ? shop.all('products').find(one => one['sku'] === sku && one.id !== item?.id) : undefined
  if (other)
    throw new Refused(400, 'product_invalid_sku', 'Invalid or duplicated SKU.', {
      resource_id: other.id,
      unique_sku: `${String(sku)}-1`,
    })
}

function priced(fields: Fields): Fields {
  const [regular, sale] = [String(fields['regular_price']), String(fields['sale_price'])]
  for (const [name, text] of Object.entries({ regular_price: regular, sale_price: sale }))
    if (text !== '' && !/^\d+(\.\d+)?$/.test(text))
      throw new Refused(400, 'rest_invalid_param', `Invalid parameter(s): ${name}`)
  const isManaged = fields['manage_stock'] === true
  const quantity = isManaged ? (fields['stock_quantity'] ?? 0) : null
  return { ...fields, price: sale === '' ? regular : sale, stock_quantity: quantity }
}
