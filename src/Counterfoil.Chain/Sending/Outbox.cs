using Counterfoil.Chain.Following;
using Counterfoil.Core.Digests;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Sending;

/// <summary>What an outbox is told.</summary>
public sealed record OutboxOptions
{
    /// <summary>The chain's id, which is checked before anything is signed.</summary>
    public required ulong ChainId { get; init; }
    /// <summary>When a submission is helped along.</summary>
    public SubmissionRules Rules { get; init; } = new();
    /// <summary>What is offered for gas.</summary>
    public FeeRules Fees { get; init; } = new();
    /// <summary>When a submission counts as done.</summary>
    public Finality Finality { get; init; } = new();
    /// <summary>How many blocks a reorganisation may remove before the outbox stops.</summary>
    public int Bound { get; init; } = 64;
    /// <summary>How long it waits between two looks at the chain.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>Gas above an estimate, in percent: the estimate is for the state of a moment.</summary>
    public ulong GasMargin { get; init; } = 20;
}

/// <summary>Sends what an account wants done, each thing exactly once: <see cref="SubmissionMachine"/> with a chain and a journal at its hands.</summary>
/// <remarks>
/// Any number of outboxes, in one process and in several, may share an account through one journal. An intent is durable before it is signed, and signed bytes are
/// before they are sent. The endpoint is not trusted: what ends a submission is a receipt proven in a final block of a chain followed by parent hashes. What one endpoint
/// can still do is to show a chain of its own making, in whole; who fears that asks a node of his own.
/// </remarks>
public sealed partial class Outbox : IDisposable
{
    readonly ChainClient client;
    readonly ChainFollower follower;
    readonly Secp256k1PrivateKey key;
    readonly IOutboxJournal journal;
    readonly OutboxOptions options;
    readonly TransactionWatch watch;
    readonly TimeProvider time;
    readonly SemaphoreSlim turn = new(1, 1);
    readonly Dictionary<ulong, ulong> gaps = [];
    ChainWindow? window;

    /// <summary>An outbox of the account of a key, which stays the caller's to dispose, as the journal does.</summary>
    public Outbox(ChainClient client, Secp256k1PrivateKey key, IOutboxJournal journal, OutboxOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(options);
        (this.client, this.key, this.journal, this.options, this.time) = (client, key, journal, options, time ?? TimeProvider.System);
        if (options.Finality.Depth > (ulong)options.Bound) throw new ArgumentException($"finality at {options.Finality.Depth} blocks cannot be seen within {options.Bound}", nameof(options));
        follower = new ChainFollower(client);
        watch = new TransactionWatch(client, options.Finality);
    }

    /// <summary>The account.</summary>
    public Address Address => key.Address;

    /// <summary>The chain as the outbox knows it; null before the first <see cref="StepAsync"/>.</summary>
    public ChainWindow? Window => window;

    /// <summary>Takes an intent on: once this returns, it will be carried out, by whoever calls <see cref="StepAsync"/>.</summary>
    /// <exception cref="ArgumentException">Something else is recorded under its key.</exception>
    public async Task<SubmissionRecord> SubmitAsync(SendIntent intent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(intent);
        if (intent.Key.Length is 0 or > 200) throw new ArgumentException($"a key has 1 to 200 characters, not {intent.Key.Length}", nameof(intent));
        var record = await journal.AddAsync(intent, cancellationToken).ConfigureAwait(false);
        return record.Intent.Asks(intent) ? record : throw new ArgumentException($"'{intent.Key}' stands for another intent already", nameof(intent));
    }

    /// <summary>Looks at the chain once and does for every open submission what can be done now. Returns how many are open still.</summary>
    /// <exception cref="ChainException">The chain could not be asked; call again. <see cref="ChainFailure.Reorganised"/> needs a person.</exception>
    public async Task<int> StepAsync(CancellationToken cancellationToken = default)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var open = await journal.ReadOpenAsync(cancellationToken).ConfigureAwait(false);
            if (open.Count == 0) return 0;
            if (window is null)
            {
                ulong chain = await client.GetChainIdAsync(cancellationToken).ConfigureAwait(false);
                if (chain != options.ChainId) throw Wrong("eth_chainId", $"the endpoint serves chain {chain}, and this account sends on {options.ChainId}");
                window = await follower.BeginAsync(options.Bound, cancellationToken).ConfigureAwait(false);
            }
            ulong behind;
            do
            {
                var change = await follower.NextAsync(window, cancellationToken).ConfigureAwait(false);
                (window, behind) = (change.Window, change.Behind);
            }
            while (behind > 0);
            var head = await HeadAsync(window, cancellationToken).ConfigureAwait(false);
            int ended = 0;
            foreach (var record in open)
                if (await DriveAsync(record, head, cancellationToken).ConfigureAwait(false)) ended++;
            await FillGapsAsync(head, cancellationToken).ConfigureAwait(false);
            return open.Count - ended;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Carries on until a submission has ended, and returns how.</summary>
    /// <remarks>An endpoint that is away is asked again, without end; <paramref name="cancellationToken"/> stops the waiting and nothing else.</remarks>
    public async Task<SubmissionState> WaitAsync(string submission, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var record = await journal.FindAsync(submission, cancellationToken).ConfigureAwait(false) ?? throw new ArgumentException($"nothing is recorded under '{submission}'", nameof(submission));
            if (record.State.HasEnded) return record.State;
            try
            {
                await StepAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (ChainException passing) when (passing.Kind is ChainFailure.Unreachable or ChainFailure.TimedOut or ChainFailure.WrongAnswer)
            {
                // Asked again after the pause: whatever was under way is in the journal.
            }
            await Task.Delay(options.Interval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>As <see cref="SubmitAsync"/> and <see cref="WaitAsync"/>.</summary>
    public async Task<SubmissionState> SendAsync(SendIntent intent, CancellationToken cancellationToken = default)
    {
        await SubmitAsync(intent, cancellationToken).ConfigureAwait(false);
        return await WaitAsync(intent.Key, cancellationToken).ConfigureAwait(false);
    }

    ChainException Wrong(string method, string what) => new(client.Endpoint, method, what) { Kind = ChainFailure.WrongAnswer };

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();
}
