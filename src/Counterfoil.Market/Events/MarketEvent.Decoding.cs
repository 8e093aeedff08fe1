using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Market.Leases;

namespace Counterfoil.Market.Events;

public abstract partial record MarketEvent
{
    /// <summary>
    /// Reads a log entry of the escrow. Every parameter of its events is one word, indexed ones in the topics and the rest in the data, so an entry of another length or with
    /// stray high bits is refused. Whether the escrow emitted it is the caller's to check.
    /// </summary>
    /// <param name="topics">The signature's hash, then the indexed parameters.</param>
    /// <param name="data">The other parameters.</param>
    /// <param name="decoded">The event, when the verdict accepts.</param>
    public static Verdict Decode(IReadOnlyList<Bytes32> topics, ReadOnlyMemory<byte> data, out MarketEvent? decoded)
    {
        ArgumentNullException.ThrowIfNull(topics);
        decoded = null;
        if (topics.Count is 0 or > 4 || !Shapes.TryGetValue(topics[0], out var shape))
            return Verdict.Reject(MarketChecks.EventForm, "an event of the escrow", topics.Count == 0 ? "no topic" : $"topic {topics[0]}");
        if (topics.Count != 1 + shape.Indexed || data.Length != shape.Words * 32)
            return Verdict.Reject(MarketChecks.EventForm, $"{1 + shape.Indexed} topics and {shape.Words * 32} bytes for {shape.Name}", $"{topics.Count} topics and {data.Length} bytes");
        var words = new Words(topics, data.Span);
        var read = shape.Read(ref words);
        if (words.Misfit is { } misfit) return Verdict.Reject(MarketChecks.EventForm, $"{misfit} in {shape.Name}", "a word with other bits set");
        decoded = read;
        return Verdict.Accept;
    }

    delegate MarketEvent Reader(ref Words words);

    sealed record Shape(string Name, int Indexed, int Words, Reader Read);

    static readonly Dictionary<Bytes32, Shape> Shapes = new()
    {
        [Topic("OrderPlaced(uint256,address,bytes32,uint256)")] = new("OrderPlaced", 2, 2, (ref w) => new OrderPlaced(w.Next(), w.Address(), new Sha256Digest(w.Bytes()), new Rate(w.Next()))),
        [Topic("OrderClosed(uint256)")] = new("OrderClosed", 1, 0, (ref w) => new OrderClosed(w.Next())),
        [Topic("BidCancelled(bytes32,address)")] = new("BidCancelled", 2, 0, (ref w) => new BidCancelled(new Keccak256Digest(w.Bytes()), w.Address())),
        [Topic("AccountOpened(uint256,address)")] = new("AccountOpened", 2, 0, (ref w) => new AccountOpened(w.Next(), w.Address())),
        [Topic("Deposited(uint256,address,uint256)")] = new("Deposited", 2, 1, (ref w) => new Deposited(w.Next(), w.Address(), new TokenAmount(w.Next()))),
        [Topic("Refunded(uint256,address,uint256)")] = new("Refunded", 2, 1, (ref w) => new Refunded(w.Next(), w.Address(), new TokenAmount(w.Next()))),
        [Topic("ExhaustionMoved(uint256,uint64)")] = new("ExhaustionMoved", 1, 1, (ref w) => new ExhaustionMoved(w.Next(), w.Seconds())),
        [Topic("LeaseOpened(uint256,uint256,address,address,uint256,uint256,bytes32)")] = new("LeaseOpened", 3, 4,
            (ref w) => new LeaseOpened(w.Next(), w.Next(), w.Address(), w.Address(), w.Next(), new Rate(w.Next()), new Keccak256Digest(w.Bytes()))),
        [Topic("LeaseClosed(uint256,uint8,uint256,uint64)")] = new("LeaseClosed", 1, 3, (ref w) => new LeaseClosed(w.Next(), w.Reason(), new TokenAmount(w.Next()), w.Seconds())),
        [Topic("Withdrawn(uint256,address,uint256)")] = new("Withdrawn", 2, 1, (ref w) => new Withdrawn(w.Next(), w.Address(), new TokenAmount(w.Next()))),
    };

    static Bytes32 Topic(string signature) => Keccak256.Hash(Encoding.ASCII.GetBytes(signature)).Value;

    /// <summary>The words of an entry, indexed ones first: the escrow's events declare their parameters in that order.</summary>
    ref struct Words(IReadOnlyList<Bytes32> topics, ReadOnlySpan<byte> data)
    {
        readonly ReadOnlySpan<byte> data = data;
        int position = 1;

        /// <summary>What a word should have been, if one did not fit its type.</summary>
        public string? Misfit { get; private set; }

        public Bytes32 Bytes()
        {
            int i = position++;
            return i < topics.Count ? topics[i] : new Bytes32(data.Slice(32 * (i - topics.Count), 32));
        }

        public UInt256 Next() => UInt256.ReadBigEndian(Bytes().ToArray());

        public Address Address()
        {
            var word = Next();
            if (word.BitLength > 160) Misfit ??= "an address";
            return Evm.Address.FromWord(word);
        }

        public ulong Seconds()
        {
            var word = Next();
            if (!word.IsUInt64) Misfit ??= "seconds in 64 bits";
            return word.U0;
        }

        public CloseReason Reason()
        {
            var word = Next();
            if (word.BitLength > 8 || !CloseReasons.IsDefined((byte)word.U0)) Misfit ??= "a close reason";
            return (CloseReason)(byte)word.U0;
        }
    }
}
