using System.Buffers.Binary;
using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain;
using Counterfoil.Home;

namespace Counterfoil.Node.Chain.Storage;

/// <summary>A chain that survives its process, however that ends: all that ever came to it is in a journal, from which it is made again.</summary>
/// <remarks>
/// The first frame of the journal holds the chain's options and the time of its genesis, every other what came since, each input with the block hash and
/// the state root it led to. Nothing may be told of the chain before <see cref="FlushAsync"/> completed: what was told is then in the journal, and a chain
/// that comes up from it is the same to the byte. So no two blocks of one height are ever seen, unless a reorg was asked for between them.
/// </remarks>
public sealed class ChainStore : IDisposable
{
    /// <summary>The store's place and version in a home.</summary>
    public static StoreSchema Schema { get; } = new("chain", 1);

    const string JournalName = "journal";

    readonly ChainJournal journal;

    ChainStore(ChainOptions options, LocalChain chain, ChainJournal journal, bool isNew)
    {
        (Options, Chain, this.journal, IsNew) = (options, chain, journal, isNew);
        chain.Entered += Write;
    }

    /// <summary>What the chain began with.</summary>
    public ChainOptions Options { get; }

    /// <summary>The chain.</summary>
    public LocalChain Chain { get; }

    /// <summary>Whether it was made just now.</summary>
    public bool IsNew { get; }

    /// <summary>Opens the chain of a home, or makes one.</summary>
    /// <param name="home">The home, opened to write with <see cref="Schema"/>.</param>
    /// <param name="options">What a new chain begins with; one that is there keeps its own.</param>
    /// <param name="time">The chain's clock.</param>
    /// <exception cref="InvalidDataException">The journal is damaged, or does not lead to the blocks that it names: nothing was changed.</exception>
    /// <exception cref="IOException">The disk fails.</exception>
    public static ChainStore Open(HomeFolder home, ChainOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(home);
        return Open(new JournalFile(Path.Combine(home.FolderOf(Schema.Name), JournalName)), options, time);
    }

    internal static ChainStore Open(IJournalFile file, ChainOptions options, TimeProvider time)
    {
        try
        {
            var (known, chain, frame, end) = Read(file, time);
            options = known ?? options;
            if (end < file.Length) file.Truncate(end); // a frame that the crash tore: nobody was told of it
            bool isNew = chain is null;
            if (isNew)
            {
                var at = time.GetUtcNow();
                chain = new LocalChain(options, time, at);
                file.Append(JournalFrame.Encode(frame++, WriteGenesis(options, at, chain)));
            }
            return new ChainStore(options, chain!, new ChainJournal(file, frame), isNew);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Makes the chain in a store's folder again from its journal, beside whoever runs it, and changes nothing: what a check of a home asks.</summary>
    /// <param name="folder">The folder of the store.</param>
    /// <param name="time">The chain's clock.</param>
    /// <returns>The chain; null where none was begun.</returns>
    /// <exception cref="InvalidDataException">The journal is damaged, or does not lead to the blocks that it names.</exception>
    /// <exception cref="IOException">The disk fails.</exception>
    public static LocalChain? Inspect(string folder, TimeProvider time)
    {
        string path = Path.Combine(folder, JournalName);
        if (!File.Exists(path)) return null;
        using var file = JournalFile.OpenToRead(path);
        return Read(file, time).Chain;
    }

    /// <summary>Runs what a journal holds. What follows the last whole frame was torn by a crash; where another whole one follows that, it is damage.</summary>
    static (ChainOptions? Options, LocalChain? Chain, ulong Frames, long End) Read(IJournalFile file, TimeProvider time)
    {
        ulong frame = 0;
        long end = 0;
        ChainOptions? options = null;
        LocalChain? chain = null;
        for (; JournalFrame.Read(file, end, frame) is { } payload; end += JournalFrame.HeaderLength + payload.Length, frame++)
        {
            if (frame == 0) (options, chain) = ReadGenesis(payload, time);
            else Replay(chain!, payload, frame);
        }
        if (end < file.Length && JournalFrame.FindLater(file, end, frame) is { } later)
            throw new InvalidDataException($"the chain's journal is damaged at byte {end}, and whole again at byte {later}: what lies between was told to somebody");
        return (options, chain, frame, end);
    }

    void Write(ChainEntry entry) => journal.Write(entry.Encode());

    /// <summary>Completes when the chain as it is now would survive a crash.</summary>
    /// <exception cref="IOException">It would not: the disk fails, and nothing can be promised any more.</exception>
    public Task FlushAsync() => journal.FlushAsync();

    /// <summary>Fails when the disk does, and otherwise never completes: then the chain is ahead of what is kept, answers nobody, and has to be opened anew.</summary>
    public Task Failed => journal.Failed;

    static byte[] WriteGenesis(ChainOptions options, DateTimeOffset at, LocalChain chain)
    {
        byte[] encoded = options.Encode(), genesis = new byte[8 + 32 + encoded.Length];
        BinaryPrimitives.WriteInt64BigEndian(genesis, at.UtcTicks);
        chain.BlockAt(0)!.Hash.ToArray().CopyTo(genesis, 8);
        encoded.CopyTo(genesis, 40);
        return genesis;
    }

    static (ChainOptions, LocalChain) ReadGenesis(ReadOnlySpan<byte> genesis, TimeProvider time)
    {
        if (genesis.Length < 40) throw new InvalidDataException("the chain's journal does not begin with a genesis");
        var verdict = ChainOptions.Decode(genesis[40..], out var options);
        long ticks = BinaryPrimitives.ReadInt64BigEndian(genesis);
        if (!verdict.IsAccepted || ticks < 0 || ticks > DateTimeOffset.MaxValue.Ticks) throw new InvalidDataException($"the chain's journal begins with a genesis that cannot be read: {verdict}");
        var chain = new LocalChain(options!, time, new DateTimeOffset(ticks, TimeSpan.Zero));
        if (!chain.BlockAt(0)!.Hash.ToArray().AsSpan().SequenceEqual(genesis[8..40])) throw new InvalidDataException($"block 0 became 0x{chain.BlockAt(0)!.Hash}, and not 0x{Convert.ToHexStringLower(genesis[8..40])} as it once was");
        return (options!, chain);
    }

    static void Replay(LocalChain chain, byte[] payload, ulong frame)
    {
        var entries = ChainJournal.Entries(payload) ?? throw new InvalidDataException($"frame {frame} of the chain's journal does not hold entries");
        foreach (var bytes in entries)
        {
            var verdict = ChainEntry.Decode(bytes.Span, out var entry);
            if (!verdict.IsAccepted) throw new InvalidDataException($"frame {frame} of the chain's journal has an entry that cannot be read: {verdict}");
            chain.Replay(entry!);
        }
    }

    /// <summary>Closes the journal. What was not flushed may be lost.</summary>
    public void Dispose()
    {
        Chain.Entered -= Write;
        journal.Dispose();
    }
}
