import { approve } from '../connections/accounts.ts'
import { appOf, at, control, failure, load, redirectUri, sandbox, type Untyped } from './judged.ts'

// Xero's books as its own client reads and writes them at the sandbox, and what it is refused.

describe('xero-node', () => {
  let tenant: string
  let books: Untyped
  const org = 'org-judge'

  beforeAll(async () => {
    const { clientId, clientSecret } = appOf('xero')
    const { XeroClient } = load('xero-node')
    const { Issuer } = load('openid-client')
    const scopes = ['contacts', 'settings', 'invoices', 'payments'].map(scope => `accounting.${scope}`)
    const xero = new XeroClient({
      clientId,
      clientSecret,
      redirectUris: [redirectUri],
      scopes: [...scopes, 'offline_access'],
      state: 's',
    })
    const issuer = new Issuer({
      issuer: 'https://identity.xero.com',
      authorization_endpoint: `${at('xero', 'login.xero.com')}/identity/connect/authorize`,
      token_endpoint: `${at('xero', 'identity.xero.com')}/connect/token`,
    })
    xero.openIdClient = new issuer.Client({
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [redirectUri],
    })
    const query = xero.queryApi.bind(xero)
    xero.queryApi = (method: string, uri: string) => query(method, uri.replace('https://', `${sandbox.url}/xero/`))
    books = xero.accountingApi
    books.basePath = `${at('xero', 'api.xero.com')}/api.xro/2.0`
    await xero.apiCallback((await approve(await xero.buildConsentUrl(), { account: org })).href)
    tenant = (await xero.updateTenants())[0].tenantId
  })

  const line = (quantity: number, unitAmount: number, more: object = {}) => ({
    ...{ description: 'Flowers', quantity, unitAmount, accountCode: '200', taxType: 'OUTPUT' },
    ...more,
  })
  const invoice = (contactID: string, lineItems: object[], more: object = {}) => ({
    ...{ type: 'ACCREC', contact: { contactID }, date: '2026-03-01', dueDate: '2026-03-31', status: 'AUTHORISED' },
    ...{ currencyCode: 'USD', lineItems, ...more },
  })
  const contact = async (name: string) =>
    (await books.createContacts(tenant, { contacts: [{ name }] })).body.contacts[0].contactID as string
  const messages = async (work: Promise<unknown>) => {
    const error = await failure(work)
    const { body } = (typeof error === 'string' ? JSON.parse(error) : error).response
    return (body.Elements as Untyped[]).flatMap(one => one.ValidationErrors.map(({ Message }: Untyped) => Message))
  }

  it('lists contacts by pages, since a time, and without those that are archived', async () => {
    for (const name of ['Ada', 'Boom', 'Cleo']) await contact(name)
    const second = await books.getContacts(
      tenant,
      undefined,
      undefined,
      'Name ASC',
      undefined,
      2,
      undefined,
      undefined,
      undefined,
      2,
    )
    expect(second.body.contacts.map((one: Untyped) => one.name)).toEqual(['Cleo'])
    expect(second.body.pagination).toMatchObject({ page: 2, pageSize: 2, pageCount: 2, itemCount: 3 })
    const [boom] = (await books.getContacts(tenant, undefined, 'Name=="Boom"')).body.contacts
    await new Promise(resolve => setTimeout(resolve, 1_100))
    const since = new Date()
    await books.updateContact(tenant, boom.contactID, { contacts: [{ contactStatus: 'ARCHIVED' }] })
    expect((await books.getContacts(tenant, since)).body.contacts).toEqual([])
    const archived = await books.getContacts(tenant, since, undefined, undefined, undefined, 1, true)
    expect(archived.body.contacts.map((one: Untyped) => [one.name, one.contactStatus])).toEqual([['Boom', 'ARCHIVED']])
  })

  it('makes an invoice whose taxes are reckoned line by line, pays it, and takes the payment back', async () => {
    const id = await contact('Payer')
    const lines = [line(1, 25.06), line(1, 25.61), line(1, 25.63)]
    const made = (await books.createInvoices(tenant, { invoices: [invoice(id, lines)] })).body.invoices[0]
    expect([made.subTotal, made.totalTax, made.total, made.amountDue]).toEqual([76.3, 11.44, 87.74, 87.74])
    const about = { invoice: { invoiceID: made.invoiceID }, account: { code: '090' }, date: '2026-03-02' }
    const payment = (await books.createPayment(tenant, { ...about, amount: 87.74 })).body.payments[0]
    expect((await books.getInvoice(tenant, made.invoiceID)).body.invoices[0]).toMatchObject({
      status: 'PAID',
      amountDue: 0,
    })
    const edit = { invoices: [{ lineItems: [line(2, 1)] }] }
    expect(await messages(books.updateInvoice(tenant, made.invoiceID, edit))).toContain(
      'Invoice not of valid status for modification',
    )
    await books.deletePayment(tenant, payment.paymentID, { status: 'DELETED' })
    expect((await books.getInvoice(tenant, made.invoiceNumber)).body.invoices[0]).toMatchObject({
      status: 'AUTHORISED',
      amountDue: 87.74,
    })
    expect((await books.updateInvoice(tenant, made.invoiceID, edit)).body.invoices[0].lineItems).toHaveLength(1)
    expect((await books.getPayment(tenant, payment.paymentID)).body.payments[0].status).toBe('DELETED')
  })

  it('pays several invoices at once, which go together alone, and shows what was paid in advance without making any', async () => {
    const id = await contact('Batch payer')
    const two = [invoice(id, [line(1, 10)]), invoice(id, [line(1, 20)])]
    const made = (await books.createInvoices(tenant, { invoices: two })).body.invoices as Untyped[]
    const payments = made.map(({ invoiceID, amountDue }) => ({ invoice: { invoiceID }, amount: amountDue }))
    const batch = { account: { code: '090' }, date: '2026-03-03', payments }
    const paid = (await books.createBatchPayment(tenant, { batchPayments: [batch] })).body.batchPayments[0]
    expect([paid.status, paid.totalAmount]).toEqual(['AUTHORISED', made[0].total + made[1].total])
    const where = `BatchPaymentID==guid("${paid.batchPaymentID}")`
    const parts = (await books.getPayments(tenant, undefined, where)).body.payments as Untyped[]
    expect(parts.map(part => part.batchPaymentID)).toEqual([paid.batchPaymentID, paid.batchPaymentID])
    expect(await messages(books.deletePayment(tenant, parts[0].paymentID, { status: 'DELETED' }))).toHaveLength(1)
    await books.deleteBatchPaymentByUrlParam(tenant, paid.batchPaymentID, { status: 'DELETED' })
    expect((await books.getPayment(tenant, parts[0].paymentID)).body.payments[0].status).toBe('DELETED')

    const advance = { Type: 'RECEIVE-PREPAYMENT', Contact: { ContactID: id }, Total: 30, Date: '2026-03-04' }
    const Allocations = [{ Invoice: { InvoiceID: made[0].invoiceID }, Amount: 10 }]
    await control.organisation(org).put('prepayments', { ...advance, Allocations })
    const [prepayment] = (await books.getPrepayments(tenant)).body.prepayments
    expect([prepayment.total, prepayment.remainingCredit]).toEqual([30, 20])
    expect(prepayment.allocations[0].invoice.invoiceID).toBe(made[0].invoiceID)
    expect((await books.getOverpayments(tenant)).body.overpayments).toEqual([])
  })

  it('takes prices with tax, a tax that is a cent off, and four places where they are asked for', async () => {
    const id = await contact('Shopper')
    const make = async (lines: object[], more = {}, unitdp = 4) =>
      (await books.createInvoices(tenant, { invoices: [invoice(id, lines, more)] }, true, unitdp)).body.invoices[0]
    const own = { lineAmountTypes: 'Inclusive' }
    expect(await make([line(1, 9.99, { taxType: 'OUTPUT2' })], own)).toMatchObject({
      subTotal: 8.32,
      totalTax: 1.67,
      total: 9.99,
    })
    expect(await make([line(1, 10, { taxType: 'OUTPUT2', taxAmount: 2.01 })])).toMatchObject({ total: 12.01 })
    expect((await make([line(1000, 0.0612, { taxType: 'NONE' })])).total).toBe(61.2)
    expect((await make([line(1000, 0.0612, { taxType: 'NONE' })], {}, 2)).total).toBe(60)
  })

  it('writes many at once: each row has its own status in a 200, or one that is wrong refuses all', async () => {
    const id = await contact('Bulk')
    const rows = {
      invoices: [invoice(id, [line(1, 1)], { invoiceNumber: 'D-1' }), invoice(id, [], { invoiceNumber: 'D-2' })],
    }
    expect(await messages(books.createInvoices(tenant, rows))).toEqual(['One or more line items must be specified'])
    const { body } = await books.createInvoices(tenant, rows, false)
    expect(body.invoices.map((one: Untyped) => [one.statusAttributeString, one.validationErrors?.length ?? 0])).toEqual(
      [
        ...[
          ['OK', 0],
          ['ERROR', 1],
        ],
      ],
    )
    expect(await messages(books.createInvoices(tenant, { invoices: [rows.invoices[0]] }))).toEqual([
      'Invoice # must be unique.',
    ])
  })

  it('keeps items by their codes, and refuses what does not fit', async () => {
    const items = [{ code: 'ROSE', name: 'Rose', salesDetails: { unitPrice: 1.2345, accountCode: '200' } }]
    const made = (await books.createItems(tenant, { items }, true, 4)).body.items[0]
    expect(made.salesDetails.unitPrice).toBe(1.2345)
    expect(await messages(books.createItems(tenant, { items }))).toEqual([
      "Price List Item with Code 'ROSE' already exists",
    ])
    expect(await messages(books.createItems(tenant, { items: [{ code: 'x'.repeat(31) }] }))).toHaveLength(1)
    expect((await books.getItem(tenant, 'ROSE')).body.items[0].itemID).toBe(made.itemID)
    await books.deleteItem(tenant, made.itemID)
    expect((await books.getItems(tenant)).body.items).toEqual([])
  })

  it('answers a repeat by its key, refuses the key for anything else, and more than a minute allows', async () => {
    const one = { contacts: [{ name: 'Once' }] }
    const first = await books.createContacts(tenant, one, true, 'key-1')
    const again = await books.createContacts(tenant, one, true, 'key-1')
    expect(again.body.contacts[0].contactID).toBe(first.body.contacts[0].contactID)
    await failure(books.createContacts(tenant, { contacts: [{ name: 'Twice' }] }, true, 'key-1'))
    await control.organisation(org).limit({ perMinute: 2 })
    for (let call = 0; call < 2; call++) await books.getItems(tenant)
    const error = await failure(books.getItems(tenant))
    const { statusCode, headers } = (typeof error === 'string' ? JSON.parse(error) : error).response
    expect([statusCode, headers['x-rate-limit-problem'], Number(headers['retry-after']) > 0]).toEqual([
      429,
      'minute',
      true,
    ])
    await control.organisation(org).limit({})
  })
})
