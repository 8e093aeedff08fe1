using System.Collections.Immutable;
using Counterfoil.Chain;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evm.Contracts;
using Counterfoil.Home;
using Counterfoil.Log;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;

namespace Counterfoil.Cli.Demo;

/// <summary>
/// The main job, told once from committed data to settled payment. Every step does the real thing; each part of this class is one link or two.
/// </summary>
sealed partial class DemoStory : IAsyncDisposable
{
    readonly HomeFolder home;
    readonly KeyStore keys;
    readonly Cast cast;
    readonly TransparencyLog log;
    readonly SettlementChain chain;
    readonly Narrator narrator;
    readonly List<SignedCheckpoint> checkpoints = [];
    readonly List<(Envelope Envelope, long Index)> links = [];
    readonly List<Keccak256Digest> transactions = [];
    readonly Dictionary<Sha256Digest, ReadOnlyMemory<byte>> blobs = [];

    /// <summary>What became of it.</summary>
    public required StoryFacts Facts { get; init; }

    DemoStory(HomeFolder home, KeyStore keys, Cast cast, TransparencyLog log, SettlementChain chain, Narrator narrator) =>
        (this.home, this.keys, this.cast, this.log, this.chain, this.narrator) = (home, keys, cast, log, chain, narrator);

    public Cast Cast => cast;

    public SettlementChain Chain => chain;

    /// <summary>The model, once it is registered, and how requests become its input.</summary>
    public (Prover.RegisteredGraph Model, Zk.Graphs.Preprocessing Input) Model => (model, quantised.Input);

    /// <summary>The log's identity, under which it is anchored.</summary>
    public LogId LogId => log.Id;

    /// <summary>Someone who holds every key of the story and all of its log.</summary>
    /// <param name="bundle">The bundle to forge.</param>
    /// <param name="more">How many entries of others the forged log has after the bundle's.</param>
    public Forger Forger(Bundle bundle, int more = 0) => new(bundle, cast, log.Read, more);

    /// <summary>An entry of the log.</summary>
    public ReadOnlyMemory<byte> Entry(long index) => log.Read(index);

    static readonly StoreSchema LogSchema = TransparencyLog.Schema, PaymentsSchema = new("payments", 1);

    /// <summary>Opens the home, its keys and its log, and starts the settlement chain.</summary>
    public static async Task<DemoStory> OpenAsync(string folder, Narrator narrator, CancellationToken cancel)
    {
        narrator.Begin("opening the home folder, its keys and its log");
        HomeFolder.OpenToWrite(folder, "counterfoil demo", TimeProvider.System, [KeyStore.Schema, LogSchema, PaymentsSchema], out var home).Require();
        KeyStore.Open(home!, Environment.GetEnvironmentVariable("COUNTERFOIL_PASSPHRASE"), System.Security.Cryptography.RandomNumberGenerator.Create(), out var keys).Require();
        var cast = Cast.Open(keys!);
        var log = TransparencyLog.Open(home!.FolderOf(LogSchema.Name), new NoteSigner("counterfoil.demo/log", cast.Signer("log")));
        var chain = await SettlementChain.StartAsync(cast, cancel);
        narrator.Done($"home {folder}: {Cast.Roles.Count + Cast.Parties.Count} keys, log '{log.Key.Name}', chain {chain.Id} with test dollar, anchor and escrow");
        return new DemoStory(home, keys!, cast, log, chain, narrator) { Facts = new StoryFacts() };
    }

    /// <summary>The story, in order.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        Narrator.Chapter("1 Data");
        await CommitAsync(cancel);
        await InspectTamperedCopyAsync(cancel);
        Narrator.Chapter("2 Machine");
        await LeaseAsync(cancel);
        Narrator.Chapter("3 Model");
        await TrainAsync(cancel);
        await RegisterAsync(cancel);
        Narrator.Chapter("4 Answer and payment");
        await SellAsync(cancel);
        await SettleAsync(cancel);
        Narrator.Chapter("5 Evidence");
        await AnchorAsync(cancel);
    }

    /// <summary>Appends a signed link to the log.</summary>
    async Task<Sha256Digest> PublishAsync(Envelope envelope, CancellationToken cancel)
    {
        var appended = await log.AppendAsync(envelope.EncodeCbor(), cancel);
        links.Add((envelope, appended.Index));
        return envelope.PayloadDigest;
    }

    /// <summary>Publishes the log's checkpoint on the settlement chain.</summary>
    async Task<ChainReceipt> AnchorAsync(CancellationToken cancel)
    {
        narrator.Begin("anchoring the log");
        var checkpoint = log.Checkpoint;
        var receipt = await chain.SendAsync("operator", chain.Anchor, new AnchorContract.AnchorCall(log.Id.Digest.Value, (ulong)checkpoint.Checkpoint.Size, checkpoint.Checkpoint.Root.Value), cancel);
        checkpoints.Add(checkpoint);
        transactions.Add(receipt.TransactionHash);
        narrator.Done($"log of {checkpoint.Checkpoint.Size} {(checkpoint.Checkpoint.Size == 1 ? "entry" : "entries")} anchored in block {receipt.BlockNumber}");
        return receipt;
    }

    ReadOnlyMemory<byte> Keep(ReadOnlyMemory<byte> blob)
    {
        blobs[Sha256.Hash(blob.Span)] = blob;
        return blob;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseMarketAsync();
        await log.DisposeAsync();
        cast.Dispose();
        keys.Dispose();
        home.Dispose();
    }
}

/// <summary>Figures that the command reports.</summary>
sealed class StoryFacts
{
    public long Records { get; set; }
    public int Quarantined { get; set; }
    public double Accuracy { get; set; }
}
