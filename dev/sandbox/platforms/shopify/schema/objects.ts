/**
 * What of the Admin API's schema of 2026-07 the sandbox plays: the members and their types as the platform publishes them, but that codes of
 * errors, countries and currencies are scalars here. https://shopify.dev/docs/api/admin-graphql/2026-07
 */
export const objects = `
interface Node { id: ID! }
type QueryRoot { shop: Shop!, nodes(ids: [ID!]!): [Node]!
  customers(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, sortKey: CustomerSortKeys = ID): CustomerConnection!
  customer(id: ID!): Customer, customerByIdentifier(identifier: CustomerIdentifierInput!): Customer
  products(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, savedSearchId: ID, sortKey: ProductSortKeys = ID): ProductConnection!
  product(id: ID!): Product, productByIdentifier(identifier: ProductIdentifierInput!): Product
  productVariants(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, savedSearchId: ID, sortKey: ProductVariantSortKeys = ID): ProductVariantConnection!
  productVariant(id: ID!): ProductVariant
  orders(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, savedSearchId: ID, sortKey: OrderSortKeys = PROCESSED_AT): OrderConnection!
  order(id: ID!): Order
  inventoryItems(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false): InventoryItemConnection!
  inventoryItem(id: ID!): InventoryItem, inventoryLevel(id: ID!): InventoryLevel
  locations(after: String, before: String, first: Int, includeInactive: Boolean = false, includeLegacy: Boolean = false, last: Int, query: String, reverse: Boolean = false, sortKey: LocationSortKeys = NAME): LocationConnection!
  location(id: ID): Location
  bulkOperation(id: ID!): BulkOperation, currentBulkOperation(type: BulkOperationType = QUERY): BulkOperation }
type Mutation { customerCreate(input: CustomerInput!): CustomerCreatePayload
  customerSet(identifier: CustomerSetIdentifiers, input: CustomerSetInput!): CustomerSetPayload
  customerUpdate(input: CustomerInput!): CustomerUpdatePayload
  customerDelete(input: CustomerDeleteInput!): CustomerDeletePayload
  productSet(identifier: ProductSetIdentifiers, input: ProductSetInput!, synchronous: Boolean = true): ProductSetPayload
  productDelete(input: ProductDeleteInput!, synchronous: Boolean = true): ProductDeletePayload
  inventorySetQuantities(input: InventorySetQuantitiesInput!): InventorySetQuantitiesPayload
  orderUpdate(input: OrderInput!): OrderUpdatePayload
  bulkOperationRunQuery(groupObjects: Boolean! = false, query: String!): BulkOperationRunQueryPayload
  bulkOperationCancel(id: ID!): BulkOperationCancelPayload }
type Shop { id: ID!, name: String!, email: String!, myshopifyDomain: String!, currencyCode: CurrencyCode! }
type Customer implements Node { id: ID!, legacyResourceId: UnsignedInt64!, displayName: String!, firstName: String, lastName: String
  email: String, phone: String, note: String, tags: [String!]!, state: CustomerState!, numberOfOrders: UnsignedInt64!
  taxExempt: Boolean!, createdAt: DateTime!, updatedAt: DateTime!, defaultAddress: MailingAddress
  defaultEmailAddress: CustomerEmailAddress, defaultPhoneNumber: CustomerPhoneNumber
  addresses(first: Int): [MailingAddress!]!
  addressesV2(after: String, before: String, first: Int, last: Int, reverse: Boolean = false): MailingAddressConnection!
  verifiedEmail: Boolean!, locale: String! }
type CustomerConnection { nodes: [Customer!]!, edges: [CustomerEdge!]!, pageInfo: PageInfo! }
type CustomerEdge { cursor: String!, node: Customer! }
type CustomerEmailAddress { emailAddress: String!, marketingState: CustomerEmailAddressMarketingState!
  validFormat: Boolean! }
type CustomerPhoneNumber { phoneNumber: String! }
type MailingAddress implements Node { id: ID!, firstName: String, lastName: String, name: String, company: String, address1: String
  address2: String, city: String, province: String, provinceCode: String, zip: String, country: String
  countryCodeV2: CountryCode, phone: String }
type MailingAddressConnection { nodes: [MailingAddress!]!, pageInfo: PageInfo! }
type PageInfo { hasNextPage: Boolean!, hasPreviousPage: Boolean!, startCursor: String, endCursor: String }
type Product implements Node { id: ID!, legacyResourceId: UnsignedInt64!, title: String!, handle: String!, descriptionHtml: HTML!
  description(truncateAt: Int): String!, vendor: String!, productType: String!, status: ProductStatus!
  tags: [String!]!, createdAt: DateTime!, updatedAt: DateTime!, hasOnlyDefaultVariant: Boolean!, totalInventory: Int!
  options(first: Int): [ProductOption!]!
  variants(after: String, before: String, first: Int, last: Int, reverse: Boolean = false, sortKey: ProductVariantSortKeys = POSITION): ProductVariantConnection! }
type ProductConnection { nodes: [Product!]!, edges: [ProductEdge!]!, pageInfo: PageInfo! }
type ProductEdge { cursor: String!, node: Product! }
type ProductOption { id: ID!, name: String!, position: Int!, values: [String!]!, optionValues: [ProductOptionValue!]! }
type ProductOptionValue { id: ID!, name: String!, hasVariants: Boolean! }
type ProductVariant implements Node { id: ID!, legacyResourceId: UnsignedInt64!, title: String!, displayName: String!, sku: String
  barcode: String, price: Money!, compareAtPrice: Money, position: Int!, taxable: Boolean!, inventoryQuantity: Int
  inventoryItem: InventoryItem!, product: Product!, selectedOptions: [SelectedOption!]!, createdAt: DateTime!
  updatedAt: DateTime! }
type ProductVariantConnection { nodes: [ProductVariant!]!, edges: [ProductVariantEdge!]!, pageInfo: PageInfo! }
type ProductVariantEdge { cursor: String!, node: ProductVariant! }
type SelectedOption { name: String!, value: String! }
type InventoryItem implements Node { id: ID!, legacyResourceId: UnsignedInt64!, sku: String, tracked: Boolean!, unitCost: MoneyV2
  createdAt: DateTime!, updatedAt: DateTime!
  variants(after: String, before: String, first: Int, last: Int): ProductVariantConnection
  inventoryLevels(after: String, before: String, first: Int, includeInactive: Boolean = false, last: Int, query: String, reverse: Boolean = false): InventoryLevelConnection!
  inventoryLevel(includeInactive: Boolean = false, locationId: ID!): InventoryLevel }
type InventoryItemConnection { nodes: [InventoryItem!]!, edges: [InventoryItemEdge!]!, pageInfo: PageInfo! }
type InventoryItemEdge { cursor: String!, node: InventoryItem! }
type InventoryLevel implements Node { id: ID!, item: InventoryItem!, location: Location!
  quantities(names: [String!]!): [InventoryQuantity!]!, createdAt: DateTime!, updatedAt: DateTime!
  isActive: Boolean! }
type InventoryLevelConnection { nodes: [InventoryLevel!]!, edges: [InventoryLevelEdge!]!, pageInfo: PageInfo! }
type InventoryLevelEdge { cursor: String!, node: InventoryLevel! }
type InventoryQuantity { id: ID!, name: String!, quantity: Int!, updatedAt: DateTime }
type Location implements Node { id: ID!, legacyResourceId: UnsignedInt64!, name: String!, isActive: Boolean! }
type LocationConnection { nodes: [Location!]!, edges: [LocationEdge!]!, pageInfo: PageInfo! }
type LocationEdge { cursor: String!, node: Location! }
type MoneyV2 { amount: Decimal!, currencyCode: CurrencyCode! }
type MoneyBag { shopMoney: MoneyV2!, presentmentMoney: MoneyV2! }
type Order implements Node { id: ID!, legacyResourceId: UnsignedInt64!, name: String!, number: Int!, email: String, phone: String
  note: String, tags: [String!]!, customer: Customer, currencyCode: CurrencyCode!
  presentmentCurrencyCode: CurrencyCode!, taxesIncluded: Boolean!
  displayFinancialStatus: OrderDisplayFinancialStatus, displayFulfillmentStatus: OrderDisplayFulfillmentStatus!
  subtotalPriceSet: MoneyBag, totalPriceSet: MoneyBag!, totalTaxSet: MoneyBag, totalShippingPriceSet: MoneyBag!
  totalDiscountsSet: MoneyBag, totalOutstandingSet: MoneyBag!, currentTotalPriceSet: MoneyBag!
  shippingAddress: MailingAddress, billingAddress: MailingAddress
  lineItems(after: String, before: String, first: Int, last: Int, reverse: Boolean = false): LineItemConnection!
  createdAt: DateTime!, updatedAt: DateTime!, processedAt: DateTime!, cancelledAt: DateTime, closedAt: DateTime
  closed: Boolean! }
type OrderConnection { nodes: [Order!]!, edges: [OrderEdge!]!, pageInfo: PageInfo! }
type OrderEdge { cursor: String!, node: Order! }
type LineItem implements Node { id: ID!, title: String!, name: String!, sku: String, quantity: Int!, currentQuantity: Int!
  variant: ProductVariant, product: Product, variantTitle: String, originalUnitPriceSet: MoneyBag!
  discountedUnitPriceSet: MoneyBag!, discountedTotalSet(withCodeDiscounts: Boolean = false): MoneyBag!
  originalTotalSet: MoneyBag!, taxLines(first: Int): [TaxLine!]!, taxable: Boolean! }
type LineItemConnection { nodes: [LineItem!]!, edges: [LineItemEdge!]!, pageInfo: PageInfo! }
type LineItemEdge { cursor: String!, node: LineItem! }
type TaxLine { title: String!, rate: Float, priceSet: MoneyBag! }
type UserError { field: [String!], message: String! }
type CustomerCreatePayload { customer: Customer, userErrors: [UserError!]! }
type CustomerUpdatePayload { customer: Customer, userErrors: [UserError!]! }
type CustomerSetPayload { customer: Customer, userErrors: [CustomerSetUserError!]! }
type CustomerSetUserError { code: CustomerSetUserErrorCode, field: [String!], message: String! }
type CustomerDeletePayload { deletedCustomerId: ID, userErrors: [UserError!]! }
type ProductSetPayload { product: Product, userErrors: [ProductSetUserError!]! }
type ProductSetUserError { code: ProductSetUserErrorCode, field: [String!], message: String! }
type ProductDeletePayload { deletedProductId: ID, userErrors: [UserError!]! }
type InventorySetQuantitiesPayload { inventoryAdjustmentGroup: InventoryAdjustmentGroup
  userErrors: [InventorySetQuantitiesUserError!]! }
type InventoryAdjustmentGroup { id: ID!, reason: String!, createdAt: DateTime! }
type InventorySetQuantitiesUserError { code: InventorySetQuantitiesUserErrorCode, field: [String!], message: String! }
type BulkOperation implements Node { id: ID!, status: BulkOperationStatus!, type: BulkOperationType!, query: String!
  errorCode: BulkOperationErrorCode, createdAt: DateTime!, completedAt: DateTime, fileSize: UnsignedInt64
  objectCount: UnsignedInt64!, rootObjectCount: UnsignedInt64!, url: URL, partialDataUrl: URL }
type BulkOperationRunQueryPayload { bulkOperation: BulkOperation, userErrors: [BulkOperationUserError!]! }
type BulkOperationCancelPayload { bulkOperation: BulkOperation, userErrors: [UserError!]! }
type BulkOperationUserError { code: BulkOperationUserErrorCode, field: [String!], message: String! }
type OrderUpdatePayload { order: Order, userErrors: [UserError!]! }
`
