/** What it takes. https://shopify.dev/docs/api/admin-graphql/2026-07 */
export const inputs = `
input CustomerInput { id: ID, email: String, firstName: String, lastName: String, phone: String, note: String
  tags: [String!], taxExempt: Boolean, locale: String, addresses: [MailingAddressInput!] }
input CustomerSetInput { id: ID, addresses: [MailingAddressInput!], email: String, firstName: String
  lastName: String, locale: String, note: String, phone: String, tags: [String!], taxExempt: Boolean }
input CustomerSetIdentifiers { id: ID, email: String, phone: String }
input CustomerDeleteInput { id: ID! }
input MailingAddressInput { address1: String, address2: String, city: String, company: String, country: String
  countryCode: CountryCode, firstName: String, id: ID, lastName: String, phone: String, province: String
  provinceCode: String, zip: String }
input CustomerIdentifierInput { id: ID, emailAddress: String, phoneNumber: String }
input ProductSetInput { id: ID, title: String, descriptionHtml: String, handle: String, vendor: String
  productType: String, status: ProductStatus, tags: [String!], productOptions: [OptionSetInput!]
  variants: [ProductVariantSetInput!] }
input ProductSetIdentifiers { id: ID, handle: String }
input ProductIdentifierInput { id: ID, handle: String }
input OptionSetInput { id: ID, name: String, position: Int, values: [OptionValueSetInput!] }
input OptionValueSetInput { id: ID, name: String }
input ProductVariantSetInput { id: ID, optionValues: [VariantOptionValueInput!]!, sku: String, barcode: String
  price: Money, compareAtPrice: Money, position: Int, taxable: Boolean, inventoryItem: InventoryItemInput }
input VariantOptionValueInput { id: ID, name: String, optionId: ID, optionName: String }
input InventoryItemInput { sku: String, cost: Decimal, tracked: Boolean, requiresShipping: Boolean }
input ProductDeleteInput { id: ID! }
input InventorySetQuantitiesInput { name: String!, quantities: [InventoryQuantityInput!]!, reason: String!
  referenceDocumentUri: String }
input InventoryQuantityInput { changeFromQuantity: Int, inventoryItemId: ID!, locationId: ID!, quantity: Int! }
input OrderInput { id: ID!, email: String, note: String, phone: String, poNumber: String
  shippingAddress: MailingAddressInput, tags: [String!] }
enum CustomerSortKeys { CREATED_AT ID LOCATION NAME RELEVANCE UPDATED_AT }
enum ProductSortKeys { CREATED_AT ID INVENTORY_TOTAL PRODUCT_TYPE PUBLISHED_AT RELEVANCE TITLE UPDATED_AT VENDOR }
enum ProductVariantSortKeys { FULL_TITLE ID INVENTORY_LEVELS_AVAILABLE INVENTORY_MANAGEMENT INVENTORY_POLICY
  INVENTORY_QUANTITY NAME POPULAR POSITION RELEVANCE SKU TITLE }
enum OrderSortKeys { CREATED_AT CURRENT_TOTAL_PRICE CUSTOMER_NAME DESTINATION FINANCIAL_STATUS FULFILLMENT_STATUS ID
  ORDER_NUMBER PO_NUMBER PROCESSED_AT RELEVANCE TOTAL_ITEMS_QUANTITY TOTAL_PRICE UPDATED_AT }
enum LocationSortKeys { ID NAME RELEVANCE }
enum ProductStatus { ACTIVE ARCHIVED DRAFT UNLISTED }
enum OrderDisplayFinancialStatus { AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED }
enum OrderDisplayFulfillmentStatus { FULFILLED IN_PROGRESS ON_HOLD OPEN PARTIALLY_FULFILLED PENDING_FULFILLMENT
  REQUEST_DECLINED RESTOCKED SCHEDULED UNFULFILLED }
enum BulkOperationStatus { CANCELED CANCELING COMPLETED CREATED EXPIRED FAILED RUNNING }
enum BulkOperationType { MUTATION QUERY }
enum BulkOperationErrorCode { ACCESS_DENIED INTERNAL_SERVER_ERROR TIMEOUT }
enum BulkOperationUserErrorCode { INVALID LIMIT_REACHED OPERATION_IN_PROGRESS }
scalar URL
scalar CurrencyCode
scalar UnsignedInt64
scalar CustomerState
scalar DateTime
scalar CustomerEmailAddressMarketingState
scalar CountryCode
scalar HTML
scalar Money
scalar Decimal
scalar CustomerSetUserErrorCode
scalar ProductSetUserErrorCode
scalar InventorySetQuantitiesUserErrorCode
directive @idempotent(key: String!) on FIELD
schema { query: QueryRoot mutation: Mutation }
`
