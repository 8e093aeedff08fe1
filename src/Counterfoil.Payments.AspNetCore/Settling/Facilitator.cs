using System.Collections.Concurrent;
using Counterfoil.Core.Verdicts;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Settlement;
using Counterfoil.Payments.X402;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Counterfoil.Payments.AspNetCore.Settling;

/// <summary>What a facilitator is told.</summary>
public sealed record FacilitatorOptions
{
    /// <summary>The tokens it settles; a token's contract runs with its gas, so no other is called.</summary>
    public required IReadOnlyList<Token> Tokens { get; init; }

    /// <summary>Whose payments it settles; anyone's where null. A facilitator that the world can reach should name its sellers: who pays himself burns its gas.</summary>
    public IReadOnlyList<Evm.Address>? Payees { get; init; }

    /// <summary>The least that it settles. A transfer of nothing would cost it gas, and its payer, who need not hold anything, nothing.</summary>
    public Evm.TokenAmount Least { get; init; } = new(1);

    /// <summary>Seconds of validity that an authorization must have left to be found valid.</summary>
    public uint Margin { get; init; } = 6;

    /// <summary>Blocks that a transfer must have, its own included, before it counts. One that counts and is not final is watched: see <see cref="Facilitator.ReexamineAsync"/>.</summary>
    public ulong Confirmations { get; init; } = 1;

    /// <summary>How long one question waits for the outcome before it is answered "pending".</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it waits between two looks at the chain.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often it looks after payments that nobody asks for: those whose outcome is open, and those settled in a block that is not final.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(12);
}

/// <summary>
/// Verifies and settles payments by <c>exact</c> (x402 v2 §7): <see cref="SettlementMachine"/> with a chain and a journal at its hands. Each payment is
/// one run of the machine, whoever asks and how often.
/// </summary>
public sealed partial class Facilitator : IFacilitator, IAsyncDisposable
{
    readonly FacilitatorOptions options;
    readonly ISettlementChain chain;
    readonly ISettlementJournal journal;
    readonly TimeProvider time;
    readonly VerifiedSignatures verified;
    readonly ConcurrentDictionary<(PaymentKey, TransferAuthorization), Lazy<Task<SettlementOutcome>>> underway = [];
    readonly KeyedLock<PaymentKey> turns = new();
    readonly CancellationTokenSource stopping = new();
    readonly SubmissionLane lane;
    readonly Task watch;
    readonly ILogger logger;
    ulong? gap; // the account nonce that was nobody's at the last look

    /// <summary>Starts a facilitator. Call <see cref="ResumeAsync"/> once to take up what a crash left open.</summary>
    /// <param name="options">What it settles.</param>
    /// <param name="chain">The chain.</param>
    /// <param name="journal">Its journal.</param>
    /// <param name="time">The clock.</param>
    /// <param name="verified">Signatures verified before, shared with a gate in the same process; its own where null.</param>
    /// <param name="logger">Where errors of the chain and of the journal are told.</param>
    /// <exception cref="ArgumentException">A token is on another chain.</exception>
    public Facilitator(FacilitatorOptions options, ISettlementChain chain, ISettlementJournal journal, TimeProvider time, VerifiedSignatures? verified = null,
        ILogger<Facilitator>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(chain);
        if (options.Tokens.FirstOrDefault(t => t.Network != chain.Network) is { } foreign)
            throw new ArgumentException($"{foreign} is not on {chain.Network}", nameof(options));
        (this.options, this.chain, this.journal, this.time, this.verified) = (options, chain, journal, time, verified ?? new());
        this.logger = logger ?? (ILogger)NullLogger.Instance;
        lane = new SubmissionLane(chain, journal, options.Confirmations, stopping.Token);
        watch = Task.Run(WatchAsync);
    }

    /// <inheritdoc/>
    public async ValueTask<Verdict> VerifyAsync(PaymentPayload payment, PaymentRequirements required, CancellationToken cancellation)
    {
        if (Read(payment, required, out var intent) is not Verdict.Accepted and var refused) return refused;
        if (ExactRules.VerifyTime(intent!.Authorization, Now, options.Margin) is not Verdict.Accepted and var untimely) return untimely;
        try { return await VerifyStateAsync(intent, cancellation).ConfigureAwait(false); }
        catch (Exception away) when (away is not OperationCanceledException)
        {
            ChainAway(logger, away, intent.Key);
            return Verdict.CannotTell(PaymentChecks.Facilitator, "an answer from the chain or the journal");
        }
    }

    async ValueTask<Verdict> VerifyStateAsync(SettlementIntent intent, CancellationToken cancellation)
    {
        if (await journal.FindAsync(intent.Key, cancellation).ConfigureAwait(false) is not null)
            return Verdict.Reject(PaymentChecks.NonceUsed, "a payment not submitted before", intent.Key.Nonce.ToString());
        var view = await chain.ViewAsync(intent.Token.Contract, intent.Key.Payer, intent.Key.Nonce, cancellation).ConfigureAwait(false);
        var verdict = ExactRules.VerifyState(intent.Authorization, view, Now, options.Margin);
        return verdict is Verdict.Accepted ? await chain.SimulateAsync(intent, cancellation).ConfigureAwait(false) : verdict;
    }

    /// <inheritdoc/>
    public async ValueTask<SettlementOutcome> SettleAsync(PaymentPayload payment, PaymentRequirements required, CancellationToken cancellation)
    {
        if (Read(payment, required, out var intent) is not Verdict.Accepted and var refused) return new SettlementOutcome.Failed(refused.Reason());
        return await SettleAsync(intent!).WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes up every payment that was under way when the process ended; returns their outcomes.</summary>
    public async Task<IReadOnlyList<SettlementOutcome>> ResumeAsync(CancellationToken cancellation)
    {
        var open = await journal.ReadOpenAsync(cancellation).ConfigureAwait(false);
        return await Task.WhenAll(open.Select(r => SettleAsync(r.Intent))).WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Looks once at every payment whose outcome is open, and at every one settled in a block that is not final, in the order of account nonces; returns how many of these
    /// there are still. A settled payment that a reorganisation took away is open again, and its same bytes are sent. Called every <see cref="FacilitatorOptions.WatchInterval"/>.
    /// </summary>
    public async Task<int> ReexamineAsync(CancellationToken cancellation)
    {
        foreach (var (intent, _) in await journal.ReadOpenAsync(cancellation).ConfigureAwait(false))
            if (!underway.ContainsKey((intent.Key, intent.Authorization))) await RunAsync(intent, new SettlementEvent.Asked(), patience: null).WaitAsync(cancellation).ConfigureAwait(false);
        var open = await journal.ReadOpenAsync(cancellation).ConfigureAwait(false);
        await CloseGapAsync(open, cancellation).ConfigureAwait(false);
        return open.Count;
    }

    /// <summary>
    /// Where the account's next nonce is nobody's, every transaction behind it waits: what had it was given up, or a node forgot a transaction whose payment was made otherwise. The first
    /// payment that waits is made anew with that nonce. What it had before does no harm: the authorization's own nonce lets one of the two transfer.
    /// </summary>
    /// <remarks>A gap must be seen twice in a row: an endpoint that shows an old block would make gaps of transactions that are mined.</remarks>
    async Task CloseGapAsync(IReadOnlyList<SettlementRecord> open, CancellationToken cancellation)
    {
        ulong? before = gap;
        gap = null;
        if (open.Count == 0) return;
        ulong next;
        try { next = await chain.NextAccountNonceAsync(cancellation).ConfigureAwait(false); }
        catch (Exception away) when (away is not OperationCanceledException)
        {
            ChainAway(logger, away, open[0].Intent.Key);
            return;
        }
        if (open.Any(r => r.State.AccountNonce == next)) return;
        if (open.FirstOrDefault(r => r.State is SettlementState.Submitted && r.State.AccountNonce > next) is not { Intent: var first }) return;
        if (before != next) gap = next;
        else if (!underway.ContainsKey((first.Key, first.Authorization)))
        {
            lane.Recount();
            await RunAsync(first, new SettlementEvent.CutOff(), patience: null).WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(options.WatchInterval, time);
        while (!stopping.IsCancellationRequested)
            try
            {
                await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false);
                await ReexamineAsync(stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested) { }
            catch (Exception away) { JournalAway(logger, away); }
    }

    // Who asks for the same payment while a run is under way shares it; the run itself is nobody's to cancel. Another authorization under the same nonce is
    // another run, and waits its turn: it must not hear that "it" was settled, for the money may be going elsewhere.
    Task<SettlementOutcome> SettleAsync(SettlementIntent intent)
    {
        var id = (intent.Key, intent.Authorization);
        return underway.GetOrAdd(id, _ => new Lazy<Task<SettlementOutcome>>(() => Task.Run(async () =>
        {
            try { return await RunAsync(intent, new SettlementEvent.Asked(), options.Patience).ConfigureAwait(false); }
            finally { underway.TryRemove(id, out Lazy<Task<SettlementOutcome>>? _); }
        }))).Value;
    }

    static SettlementOutcome Conflict { get; } =
        new SettlementOutcome.Failed(new Reason(PaymentChecks.NonceConflict, "the authorization that this nonce stands for", "another one"));

    async Task<SettlementOutcome> RunAsync(SettlementIntent asked, SettlementEvent first, TimeSpan? patience)
    {
        try
        {
            using var turn = await turns.EnterAsync(asked.Key, stopping.Token).ConfigureAwait(false);
            var record = await journal.FindAsync(asked.Key, stopping.Token).ConfigureAwait(false);
            if (record is not null && record.Intent.Authorization != asked.Authorization) return Conflict;
            return await DriveAsync(record?.Intent ?? asked, record?.State ?? SettlementState.Nothing, first, patience).ConfigureAwait(false);
        }
        // The chain is away or the process is stopping: the journal knows how far it came, and asking again goes on from there.
        // The error itself is the operator's: it may name machines and their keys.
        catch (Exception away)
        {
            if (!stopping.IsCancellationRequested) ChainAway(logger, away, asked.Key);
            return new SettlementOutcome.Pending("the chain or the journal");
        }
    }

    // Without patience it never waits: what can be done now is done, once.
    async Task<SettlementOutcome> DriveAsync(SettlementIntent intent, SettlementState state, SettlementEvent next, TimeSpan? patience)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            (state, var effects) = SettlementMachine.Next(intent, state, next, options.Confirmations);
            foreach (var effect in effects)
                switch (effect)
                {
                    case SettlementEffect.Answer:
                        if (state is SettlementState.Failed) lane.Recount();
                        return Answer(intent, state);
                    case SettlementEffect.Persist:
                        await journal.WriteAsync([new SettlementRecord(intent, state)], stopping.Token).ConfigureAwait(false);
                        break;
                    case SettlementEffect.PersistLater: journal.WriteLater(new SettlementRecord(intent, state)); break;
                    case SettlementEffect.Look:
                        var transfer = (state as SettlementState.Submitted ?? (state as SettlementState.Settled)?.Watched)?.Transfer;
                        next = new SettlementEvent.Seen(await chain.LookAsync(intent, transfer, stopping.Token).ConfigureAwait(false));
                        break;
                    case SettlementEffect.Prepare: (state, next) = await SubmitAsync(intent, state).ConfigureAwait(false); break;
                    case SettlementEffect.Send:
                        next = await SubmissionLane.SendAsync(chain, (SettlementState.Submitted)state, stopping.Token).ConfigureAwait(false);
                        break;
                    case SettlementEffect.Wait:
                        if (IsOver()) return new SettlementOutcome.Pending("a block with the transfer, and its confirmations");
                        await Task.Delay(options.Interval, time, stopping.Token).ConfigureAwait(false);
                        next = new SettlementEvent.Waited();
                        break;
                    default: throw new InvalidOperationException($"no such effect: {effect}");
                }
            // Sent again and again without appearing: let time pass as well.
            if (effects is not [SettlementEffect.Send]) continue;
            if (IsOver()) return new SettlementOutcome.Pending("a node that keeps the transfer");
            await Task.Delay(options.Interval, time, stopping.Token).ConfigureAwait(false);
        }

        bool IsOver() => patience is null || time.GetElapsedTime(start) > patience;
    }

    async ValueTask<(SettlementState, SettlementEvent)> SubmitAsync(SettlementIntent intent, SettlementState state)
    {
        var view = await chain.ViewAsync(intent.Token.Contract, intent.Key.Payer, intent.Key.Nonce, stopping.Token).ConfigureAwait(false);
        return ExactRules.VerifyState(intent.Authorization, view, Now, margin: 0) is not Verdict.Accepted and var refused
            ? (state, new SettlementEvent.Declined(refused.Reason()))
            : await lane.SubmitAsync(intent, state).ConfigureAwait(false);
    }

    static SettlementOutcome Answer(SettlementIntent intent, SettlementState state) => state switch
    {
        SettlementState.Settled s => new SettlementOutcome.Settled(intent.Key.Payer, s.Transaction),
        SettlementState.Failed f => new SettlementOutcome.Failed(f.Reason),
        _ => throw new InvalidOperationException($"{state} has no outcome"),
    };

    Verdict Read(PaymentPayload payment, PaymentRequirements required, out SettlementIntent? intent)
    {
        ArgumentNullException.ThrowIfNull(payment);
        ArgumentNullException.ThrowIfNull(required);
        intent = null;
        if (payment.Version != X402Codec.X402Version) return Verdict.Reject(PaymentChecks.Version, $"{X402Codec.X402Version}", $"{payment.Version}");
        if (ExactTerms.Read(required, out var terms) is not Verdict.Accepted and var badTerms) return badTerms;
        if (terms!.Token.Network != chain.Network) return Verdict.Reject(PaymentChecks.Network, chain.Network.ToString(), terms.Token.Network.ToString());
        if (options.Tokens.FirstOrDefault(t => t.Contract == terms.Token.Contract) is not { } token)
            return Verdict.Reject(PaymentChecks.Asset, string.Join(" or ", options.Tokens.Select(t => t.Contract)), terms.Token.Contract.ToString());
        if (token.MatchDomain(terms.Token) is not Verdict.Accepted and var otherDomain) return otherDomain;
        if (options.Payees is { } payees && !payees.Contains(terms.PayTo))
            return Verdict.Reject(PaymentChecks.Payee, "a seller that this facilitator serves", terms.PayTo.ToString());
        if (terms.Amount < options.Least) return Verdict.Reject(PaymentChecks.Amount, $"at least {options.Least} units", terms.Amount.ToString());
        if (ExactPayment.Read(payment, out var exact) is not Verdict.Accepted and var unread) return unread;
        if (ExactRules.VerifyMessage(exact!, terms with { Token = token }, verified) is not Verdict.Accepted and var refused) return refused;
        intent = new SettlementIntent(token, exact!.Authorization, exact.Signature);
        return Verdict.Accept;
    }

    /// <inheritdoc/>
    public ValueTask<SupportedResponse> SupportedAsync(CancellationToken cancellation) => new(new SupportedResponse
    {
        Kinds = [new SupportedKind { Version = X402Codec.X402Version, Scheme = ExactTerms.Scheme, Network = chain.Network.ToString() }],
        Extensions = [],
        Signers = new Dictionary<string, IReadOnlyList<string>> { [chain.Network.ToString()] = [chain.Submitter.ToString()] },
    });

    [LoggerMessage(Level = LogLevel.Warning, Message = "the chain or the journal does not answer for the payment {Payment}; it stays as it is")]
    static partial void ChainAway(ILogger logger, Exception error, PaymentKey payment);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the journal does not answer; open payments are looked at later")]
    static partial void JournalAway(ILogger logger, Exception error);

    ulong Now => (ulong)time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Stops. Payments under way stay in the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await watch.ConfigureAwait(false);
        await lane.DisposeAsync().ConfigureAwait(false);
        foreach (var run in underway.Values) await ((Task)run.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }
}
