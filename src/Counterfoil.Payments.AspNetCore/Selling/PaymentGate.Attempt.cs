using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Payments;
using Counterfoil.Payments.AspNetCore.Settling;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Sales;
using Counterfoil.Payments.Settlement;
using Counterfoil.Payments.X402;
using Microsoft.AspNetCore.Http;

namespace Counterfoil.Payments.AspNetCore.Selling;

public sealed partial class PaymentGate
{
    /// <summary>One request on its way through the gate.</summary>
    sealed class Attempt(PaymentGate gate, HttpContext http, Price price, RequestDelegate handler)
    {
        readonly ExactTerms terms = new(gate.options.Token, gate.options.PayTo, price.Amount, gate.options.MaxTimeoutSeconds);
        PaymentRequirements offered = null!;
        PaymentPayload payload = null!;
        ExactPayment payment = null!;
        Sha256Digest request;
        PaymentContext? context;

        public async Task RunAsync()
        {
            if (http.Request.ContentLength > gate.options.MaxRequestBytes)
            {
                await TooLongAsync($"{http.Request.ContentLength}").ConfigureAwait(false);
                return;
            }
            offered = terms.ToRequirements();
            var header = http.Request.Headers[X402Headers.PaymentSignature];
            if (header.Count == 0)
            {
                await DemandAsync(new Reason(PaymentChecks.HeaderMissing, $"a {X402Headers.PaymentSignature} header", "none")).ConfigureAwait(false);
                return;
            }
            var read = Read(header.ToString());
            if (read is not Verdict.Accepted)
            {
                // 400 is for what cannot be read; a readable payment of the wrong kind is told what would be right.
                await RefuseAsync(IsMalformed(read.Reason().Check) ? StatusCodes.Status400BadRequest : StatusCodes.Status402PaymentRequired, read.Reason()).ConfigureAwait(false);
                return;
            }
            if (ExactRules.VerifyMessage(payment, terms, gate.verified) is not Verdict.Accepted and var bad)
            {
                await DemandAsync(bad.Reason()).ConfigureAwait(false);
                return;
            }
            // The body last: who has signed no payment does not make us wait for it, nor hold it.
            var (readable, body) = await LimitedBody.ReadAsync(http.Request.Body, http.Request.ContentLength, gate.options.MaxRequestBytes, http.RequestAborted).ConfigureAwait(false);
            if (readable is not Verdict.Accepted)
            {
                await TooLongAsync("more").ConfigureAwait(false);
                return;
            }
            http.Request.Body = new MemoryStream(body, writable: false);
            request = PaymentContext.DigestRequest(http.Request.Method, TargetOf(http), body);
            // Duplicates wait here for the first, and then find what it left in the store.
            using (await gate.turns.EnterAsync(payment.Key, http.RequestAborted).ConfigureAwait(false)) await SellAsync().ConfigureAwait(false);
        }

        Task TooLongAsync(string found) => PaymentProblem.WriteAsync(http, StatusCodes.Status413PayloadTooLarge,
            new Reason(PaymentChecks.BodySize, $"at most {gate.options.MaxRequestBytes} bytes", found));

        Verdict Read(string header)
        {
            var verdict = X402Codec.Decode(header, out PaymentPayload? read);
            if (verdict is not Verdict.Accepted) return verdict;
            payload = read!;
            verdict = ExactPayment.Read(payload, out var exact);
            payment = exact!;
            return verdict;
        }

        static bool IsMalformed(Check check) => check == PaymentChecks.HeaderSize || check == PaymentChecks.HeaderBase64 || check == PaymentChecks.PayloadForm
            || check == PaymentChecks.SignatureForm || check == PaymentChecks.Version || check.Id.StartsWith("payment.json.", StringComparison.Ordinal);

        async Task SellAsync()
        {
            var sale = await gate.sales.FindAsync(payment.Key, gate.lifetime).ConfigureAwait(false);
            if (sale is Sale.Fresh && await VerifyAsync().ConfigureAwait(false) is not Verdict.Accepted and var refused)
            {
                if (refused is Verdict.Unverifiable { Reason: var missing }) await LaterAsync(missing).ConfigureAwait(false);
                else await DemandAsync(refused.Reason()).ConfigureAwait(false);
                return;
            }
            var (now, step) = await gate.sales.AdvanceAsync(payment.Key, new SaleEvent.Arrived(request, gate.host), gate.lifetime).ConfigureAwait(false);
            // A settled payment's authorization and signature are on the chain for all to read, and a request may be guessed. The salt is the buyer's alone.
            if (sale is not Sale.Fresh && step is not SaleStep.Conflict && VerifyBinding() is not Verdict.Accepted and var stranger)
            {
                await DemandAsync(stranger.Reason()).ConfigureAwait(false);
                return;
            }
            while (true)
                switch (step)
                {
                    case SaleStep.Run: (now, step) = await AdvanceAsync(await ServeAsync().ConfigureAwait(false)).ConfigureAwait(false); break;
                    case SaleStep.Settle:
                        var outcome = await gate.facilitator.SettleAsync(payload, offered, gate.lifetime).ConfigureAwait(false);
                        if (outcome is SettlementOutcome.Pending pending)
                        {
                            await LaterAsync(new Reason(PaymentChecks.SettlementPending, pending.Why, "nothing yet")).ConfigureAwait(false);
                            return;
                        }
                        (now, step) = await SettledAsync((Sale.Answered)now, outcome).ConfigureAwait(false);
                        break;
                    case SaleStep.Release: await ReleaseAsync((Sale.Sold)now).ConfigureAwait(false); return;
                    case SaleStep.Refuse: await RefuseAsync((Sale.Void)now).ConfigureAwait(false); return;
                    case SaleStep.Conflict:
                        await RefuseAsync(StatusCodes.Status409Conflict,
                            new Reason(PaymentChecks.NonceConflict, "the request that this payment stands for", $"request {request}")).ConfigureAwait(false);
                        return;
                    case SaleStep.Await:
                        await LaterAsync(new Reason(PaymentChecks.SettlementPending, "the handler, at another door of this host", "not finished")).ConfigureAwait(false);
                        return;
                    default: throw new InvalidOperationException($"no such step: {step}");
                }
        }

        async ValueTask<Verdict> VerifyAsync()
        {
            ulong now = (ulong)gate.time.GetUtcNow().ToUnixTimeSeconds();
            if (ExactRules.VerifyTime(payment.Authorization, now, gate.options.Margin) is not Verdict.Accepted and var untimely) return untimely;
            if (VerifyBinding() is not Verdict.Accepted and var unbound) return unbound;
            return await gate.facilitator.VerifyAsync(payload, offered, gate.lifetime).ConfigureAwait(false);
        }

        Verdict VerifyBinding() => gate.options.RequireContext || payment.Salt is not null
            ? ExactRules.VerifyContext(payment, offered, request, out context) : ExactRules.VerifyQuote(payment, offered, out _);

        async Task<SaleEvent> ServeAsync()
        {
            StoredReply reply;
            if (context is not null) http.Features.Set(context);
            try { reply = await ReplyCapture.RunAsync(http, handler, gate.options.MaxReplyBytes, gate.lifetime).ConfigureAwait(false); }
            catch (Exception error)
            {
                HandlerFailed(gate.logger, error, http.Request.Path, payment.Key);
                return new SaleEvent.Failed(new Reason(PaymentChecks.Handler, "an answer", "a failure of the seller; not charged"));
            }
            if (reply.Status >= 400) return new SaleEvent.Failed(new Reason(PaymentChecks.Handler, "a success", $"status {reply.Status}; not charged"), reply);
            if (price.Condition is not { } condition) return new SaleEvent.Finished(reply);
            Verdict verdict;
            try { verdict = await condition(http, reply, context, gate.lifetime).ConfigureAwait(false); }
            catch (Exception error)
            {
                HandlerFailed(gate.logger, error, http.Request.Path, payment.Key);
                return new SaleEvent.Failed(new Reason(PaymentChecks.Release, "an answer that may be released", "a failure of the seller; not charged"));
            }
            return verdict is Verdict.Accepted ? new SaleEvent.Finished(reply) : new SaleEvent.Failed(verdict.Reason());
        }

        async ValueTask<(Sale, SaleStep)> AdvanceAsync(SaleEvent happened) => await gate.sales.AdvanceAsync(payment.Key, happened, gate.lifetime).ConfigureAwait(false);

        async ValueTask<(Sale, SaleStep)> SettledAsync(Sale.Answered sale, SettlementOutcome outcome)
        {
            if (outcome is SettlementOutcome.Failed { Reason: var reason }) return await AdvanceAsync(new SaleEvent.Unpaid(reason)).ConfigureAwait(false);
            var settled = (SettlementOutcome.Settled)outcome;
            var receipt = new PaymentReceipt(payment.Key, terms.PayTo, terms.Amount, sale.Request, sale.Reply.Digest, settled.Transaction);
            var paid = new SaleEvent.Paid(receipt);
            // Nobody waits for this write: after a crash the same question to the facilitator has the same answer.
            gate.sales.AdvanceLater(payment.Key, paid);
            SoldAnswer(gate.logger, http.Request.Path, payment.Key.Payer, terms.Amount, settled.Transaction);
            return SaleRules.Next(sale, paid);
        }

        async Task ReleaseAsync(Sale.Sold sale)
        {
            http.Response.Headers[X402Headers.PaymentResponse] = X402Codec.Encode(new SettlementResponse
            {
                Success = true,
                Payer = sale.Receipt.Key.Payer.ToString(),
                Transaction = $"0x{sale.Receipt.Transaction}",
                Network = sale.Receipt.Key.Network.ToString(),
                Amount = sale.Receipt.Amount.ToString(),
                Extensions = sale.Receipt.ToExtensions(),
            });
            await ReplyCapture.WriteAsync(http, sale.Reply).ConfigureAwait(false);
        }

        // 402 with what would be right.
        async Task DemandAsync(Reason reason)
        {
            var required = gate.Required(http, price, offered, reason.ToString());
            http.Response.Headers[X402Headers.PaymentRequired] = X402Codec.Encode(required);
            if (reason.Check != PaymentChecks.HeaderMissing) NoteFailure(reason);
            await PaymentProblem.WriteAsync(http, StatusCodes.Status402PaymentRequired, reason, required).ConfigureAwait(false);
        }

        async Task RefuseAsync(int status, Reason reason)
        {
            if (status == StatusCodes.Status402PaymentRequired)
            {
                await DemandAsync(reason).ConfigureAwait(false);
                return;
            }
            NoteFailure(reason);
            await PaymentProblem.WriteAsync(http, status, reason).ConfigureAwait(false);
        }

        Task RefuseAsync(Sale.Void sale)
        {
            if (sale.Reply is null) return RefuseAsync(StatusOf(sale.Reason.Check), sale.Reason);
            NoteFailure(sale.Reason);
            return ReplyCapture.WriteAsync(http, sale.Reply);
        }

        async Task LaterAsync(Reason reason)
        {
            http.Response.Headers.RetryAfter = "1";
            http.Response.Headers[X402Headers.PaymentResponse] = X402Codec.Encode(new SettlementResponse
            {
                Success = false, ErrorReason = PaymentReasons.Pending, ErrorMessage = reason.ToString(), Transaction = "", Network = offered.Network,
            });
            await PaymentProblem.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, reason).ConfigureAwait(false);
        }

        void NoteFailure(Reason reason) =>
            http.Response.Headers[X402Headers.PaymentResponse] = X402Codec.Encode(FacilitatorMessages.Refused(reason, offered.Network));

        // What failed at the seller is a 5xx; what failed at the payment, a 402.
        static int StatusOf(Check check) =>
            check.Id.StartsWith("payment.", StringComparison.Ordinal) && check != PaymentChecks.Handler && check != PaymentChecks.Release
                ? StatusCodes.Status402PaymentRequired : StatusCodes.Status500InternalServerError;
    }
}
