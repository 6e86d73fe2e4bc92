import { promisify } from 'node:util'
import { connectQuickbooks } from '../dev/sandbox/account.ts'
import { appOf, at, control, failure, load, sandbox, type Untyped } from './judged.ts'

// QuickBooks' books as its clients read and write them at the sandbox, and what they are refused.

describe('node-quickbooks', () => {
  let realm: string
  let ask: (method: string, ...given: unknown[]) => Promise<Untyped>

  beforeAll(async () => {
    const company = await connectQuickbooks(sandbox.url, { account: '4620816365200001' })
    realm = company.realm
    await control.fillCompany(realm, 3)
    const QuickBooks = load('node-quickbooks')
    const { clientId, clientSecret } = appOf('quickbooks')
    const books = new QuickBooks(
      clientId,
      clientSecret,
      company.tokens.access_token,
      false,
      realm,
      true,
      false,
      75,
      '2.0',
    )
    books.endpoint = `${at('quickbooks', 'sandbox-quickbooks.api.intuit.com')}/v3/company/`
    ask = (method, ...given) =>
      promisify(
        (given_: unknown[], done: (error: unknown, answer: Untyped) => void) => void books[method](...given_, done),
      )(given)
  })

  const codeOf = async (work: Promise<unknown>) => {
    const error = await failure(work)
    const body = error.response?.data ?? error
    return body.Fault.Error[0].code as string
  }
  const line = (item: string, Qty: number, UnitPrice: number, Amount: number, code = '5') => ({
    ...{ Amount, DetailType: 'SalesItemLineDetail' },
    SalesItemLineDetail: { ItemRef: { value: item }, Qty, UnitPrice, TaxCodeRef: { value: code } },
  })
  const anItem = (Name: string) => ask('createItem', { Name, Type: 'Service', IncomeAccountRef: { value: '1' } })

  it('finds customers, items, invoices and payments, page by page', async () => {
    const found = await ask('findCustomers', { asc: 'Id', limit: 2, offset: 2 })
    expect(found.QueryResponse).toMatchObject({ startPosition: 2, maxResults: 2 })
    const item = await anItem('Widget')
    expect((await ask('findItems', { Name: 'Widget' })).QueryResponse.Item[0].Id).toBe(item.Id)
    expect((await ask('findTaxCodes', { fetchAll: true })).QueryResponse.TaxCode).toHaveLength(6)
    expect((await ask('findInvoices', {})).QueryResponse).toEqual({})
  })

  it('makes an invoice whose taxes are reckoned line by line, pays it, and voids another', async () => {
    const item = await anItem('Cut flowers')
    const lines = [
      line(item.Id, 1, 25.06, 25.06, '7'),
      line(item.Id, 1, 25.61, 25.61, '7'),
      line(item.Id, 1, 25.63, 25.63, '7'),
    ]
    const head = { CustomerRef: { value: '1' }, GlobalTaxCalculation: 'TaxExcluded', DocNumber: 'A-1' }
    const invoice = await ask('createInvoice', { ...head, Line: lines })
    expect(invoice).toMatchObject({
      TotalAmt: 87.74,
      Balance: 87.74,
      TxnTaxDetail: { TotalTax: 11.44 },
      SyncToken: '0',
    })
    const Line = [{ Amount: 50, LinkedTxn: [{ TxnId: invoice.Id, TxnType: 'Invoice' }] }]
    const payment = await ask('createPayment', { CustomerRef: { value: '1' }, TotalAmt: 60, Line })
    expect(payment).toMatchObject({ TotalAmt: 60, UnappliedAmt: 10 })
    const paid = await ask('getInvoice', invoice.Id)
    expect([paid.Balance, paid.LinkedTxn]).toEqual([37.74, [{ TxnId: payment.Id, TxnType: 'Payment' }]])
    await ask('deletePayment', payment.Id)
    const open = await ask('getInvoice', invoice.Id)
    expect([open.Balance, open.LinkedTxn, open.SyncToken]).toEqual([87.74, [], '2'])
    const other = await ask('createInvoice', { ...head, DocNumber: 'A-2', Line: lines })
    await ask('voidInvoice', { Id: other.Id, SyncToken: other.SyncToken })
    expect(await ask('getInvoice', other.Id)).toMatchObject({ TotalAmt: 0, Balance: 0, PrivateNote: 'Voided' })
  })

  it('takes prices with tax, and a tax that is a cent off', async () => {
    const item = await anItem('Pot')
    const detail = { ItemRef: { value: item.Id }, TaxCodeRef: { value: '5' }, TaxInclusiveAmt: 9.99 }
    const Line = [{ Amount: 8.33, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: detail }]
    const with_ = await ask('createInvoice', {
      CustomerRef: { value: '2' },
      GlobalTaxCalculation: 'TaxInclusive',
      Line,
    })
    expect(with_).toMatchObject({ TotalAmt: 9.99, TxnTaxDetail: { TotalTax: 1.67 }, Line: [{ Amount: 8.32 }, {}] })
    const TaxLine = [{ Amount: 2.01, DetailType: 'TaxLineDetail', TaxLineDetail: { TaxRateRef: { value: '25' } } }]
    const own = await ask('createInvoice', {
      ...{ CustomerRef: { value: '2' }, GlobalTaxCalculation: 'TaxExcluded', Line: [line(item.Id, 1, 10, 10)] },
      TxnTaxDetail: { TaxLine },
    })
    expect(own.TotalAmt).toBe(12.01)
    expect(own.TxnTaxDetail.TaxLine[0].TaxLineDetail.OverrideDeltaAmount).toBe(0.01)
  })

  it('is refused what QuickBooks refuses, each with its code', async () => {
    const item = await anItem('Vase')
    const sold = {
      CustomerRef: { value: '3' },
      GlobalTaxCalculation: 'TaxExcluded',
      Line: [line(item.Id, 3, 1.1, 3.3)],
    }
    const invoice = await ask('createInvoice', { ...sold, DocNumber: 'B-1' })
    expect(await codeOf(ask('createInvoice', { ...sold, DocNumber: 'B-1' }))).toBe('6140')
    expect(await codeOf(ask('createInvoice', { ...sold, Line: [line(item.Id, 3, 1.1, 3.31)] }))).toBe('6070')
    expect(await codeOf(ask('createInvoice', { ...sold, Line: [] }))).toBe('2020')
    expect(await codeOf(ask('createInvoice', { ...sold, Line: [line(item.Id, 1, 1, 1, '99')] }))).toBe('2500')
    expect(await codeOf(ask('createInvoice', { ...sold, DocNumber: 'x'.repeat(22) }))).toBe('2050')
    expect(await codeOf(ask('createInvoice', { ...sold, CurrencyRef: { value: 'JPY' } }))).toBe('6000')
    expect(await codeOf(ask('createInvoice', { ...sold, Colour: 'red' }))).toBe('2010')
    expect(await codeOf(ask('updateInvoice', { ...invoice, SyncToken: '7' }))).toBe('5010')
    expect(await codeOf(ask('createVendor', { DisplayName: (await ask('getCustomer', '1')).DisplayName }))).toBe('6240')
    const over = [{ Amount: 9, LinkedTxn: [{ TxnId: invoice.Id, TxnType: 'Invoice' }] }]
    expect(await codeOf(ask('createPayment', { CustomerRef: { value: '3' }, TotalAmt: 9, Line: over }))).toBe('6000')
    // 610 means two things: that there is no such invoice, and that what it refers to has been made inactive.
    expect(await codeOf(ask('getInvoice', '999999'))).toBe('610')
    await ask('updateItem', { Id: item.Id, SyncToken: '0', Active: false, sparse: true, Name: 'Vase' })
    expect(await codeOf(ask('updateInvoice', { ...invoice, PrivateNote: 'x' }))).toBe('610')
  })

  it('does a batch item by item, and hears of changes of each kind, deleted ones too', async () => {
    // As text: the client writes the plus of a local offset as it is, which is a space in an address.
    const before = new Date(Date.now() - 1_000).toISOString()
    const Line = [line((await anItem('Bulb')).Id, 1, 2, 2)]
    const Invoice = { CustomerRef: { value: '1' }, GlobalTaxCalculation: 'TaxExcluded', Line }
    const { BatchItemResponse: answers } = await ask('batch', [
      { bId: 'a', operation: 'create', Invoice: { ...Invoice, DocNumber: 'C-1' } },
      { bId: 'b', operation: 'create', Invoice: { ...Invoice, DocNumber: 'C-1' } },
      { bId: 'c', operation: 'create', Item: { Name: 'No account' } },
    ])
    expect(answers.map((one: Untyped) => [one.bId, one.Fault?.Error[0].code, one.Invoice?.TotalAmt])).toEqual([
      ...[
        ['a', undefined, 2.4],
        ['b', '6140', undefined],
        ['c', '2020', undefined],
      ],
    ])
    expect(
      (
        await failure(
          ask(
            'batch',
            Array.from({ length: 31 }, () => ({ bId: 'x' })),
          ),
        )
      ).response.status,
    ).toBe(400)
    await ask('deleteInvoice', answers[0].Invoice.Id)
    const { CDCResponse: feed } = await ask('changeDataCapture', 'Invoice,Item,Payment', before)
    const [invoices, items] = feed[0].QueryResponse
    expect(invoices.Invoice.at(-1)).toMatchObject({ Id: answers[0].Invoice.Id, status: 'Deleted' })
    expect(items.Item.some((one: Untyped) => one.Name === 'Bulb')).toBe(true)
  })
})
