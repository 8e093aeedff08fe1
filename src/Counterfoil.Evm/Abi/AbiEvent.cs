using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Blocks;

namespace Counterfoil.Evm.Abi;

/// <summary>An event of a contract: a first topic unless it is anonymous, the indexed arguments as further topics, the rest as data.</summary>
public sealed class AbiEvent
{
    readonly AbiType[] dataTypes;
    readonly int topics;

    /// <summary>Reads a declaration: <c>Transfer(address indexed from, address indexed to, uint256 value)</c>, with <c>anonymous</c> behind it where it is.</summary>
    /// <exception cref="FormatException">It is not one, or has more indexed arguments than an entry has topics.</exception>
    public AbiEvent(string declaration)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        AbiSignature.Parse(declaration, out string name, out var inputs, out _);
        (Name, Inputs) = (name, inputs);
        Signature = AbiSignature.Canonical(name, inputs);
        Topic = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(Signature)).Value;
        dataTypes = [.. inputs.Where(i => !i.IsIndexed).Select(i => i.Type)];
        IsAnonymous = declaration.EndsWith(") anonymous", StringComparison.Ordinal);
        topics = inputs.Count - dataTypes.Length + (IsAnonymous ? 0 : 1);
        if (topics > LogEntry.MaxTopics) throw new FormatException($"'{declaration}' has more indexed arguments than an entry has topics");
    }

    /// <summary>The name without arguments.</summary>
    public string Name { get; }
    /// <summary>The arguments.</summary>
    public IReadOnlyList<AbiParameter> Inputs { get; }
    /// <summary>The name with canonical types: what the first topic hashes.</summary>
    public string Signature { get; }
    /// <summary>The digest of the signature: the first topic, which an anonymous event does without.</summary>
    public Bytes32 Topic { get; }
    /// <summary>Whether entries do not say which event they are: anything with as many topics may be one.</summary>
    public bool IsAnonymous { get; }

    /// <summary>Whether an entry's first topic is this event's; of an anonymous one, always. Whether the right contract wrote it, the caller asks.</summary>
    public bool Matches(LogEntry log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return IsAnonymous || log.Topics.Count > 0 && log.Topics[0] == Topic;
    }

    /// <summary>Reads the arguments, in order of declaration, from an entry of a stranger. An indexed argument of a dynamic type is the digest that stands for it.</summary>
    public Verdict Decode(LogEntry log, out IReadOnlyList<AbiValue> arguments)
    {
        arguments = [];
        if (!Matches(log)) return Verdict.Reject(EvmChecks.AbiTopic, $"the topic of {Signature}", log.Topics.Count == 0 ? "none" : log.Topics[0].ToString());
        if (log.Topics.Count != topics) return Verdict.Reject(EvmChecks.AbiTopic, $"{topics} topics", $"{log.Topics.Count}");
        var verdict = AbiCodec.Decode(dataTypes, log.Data.Span, out var data);
        if (!verdict.IsAccepted) return verdict;
        var values = new AbiValue[Inputs.Count];
        for (int i = 0, topic = IsAnonymous ? 0 : 1, rest = 0; i < values.Length; i++)
        {
            values[i] = Inputs[i].IsIndexed ? log.Topics[topic++] : data[rest++];
            if (Inputs[i].IsIndexed && !IsHashed(Inputs[i].Type) && !AbiWord.IsClean(Inputs[i].Type, values[i].AsNumber))
                return Verdict.Reject(EvmChecks.AbiCanonical, $"a topic of type {Inputs[i].Type}", values[i].AsNumber.ToHex());
        }
        arguments = values;
        return verdict;
    }

    /// <summary>The entry that a contract writes for this event.</summary>
    /// <param name="emitter">The contract.</param>
    /// <param name="arguments">In order of declaration; for an indexed argument of a dynamic type, its digest.</param>
    public LogEntry Encode(Address emitter, params AbiValue[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (arguments.Length != Inputs.Count) throw new ArgumentException($"{Signature} takes {Inputs.Count} arguments, got {arguments.Length}", nameof(arguments));
        var indexed = arguments.Where((_, i) => Inputs[i].IsIndexed).Select(a => a.AsBytes32);
        return new LogEntry(emitter, IsAnonymous ? [.. indexed] : [Topic, .. indexed], AbiCodec.Encode(dataTypes, [.. arguments.Where((_, i) => !Inputs[i].IsIndexed)]));
    }

    static bool IsHashed(AbiType type) => type is AbiType.Bytes or AbiType.Text or AbiType.Array or AbiType.Tuple;

    /// <inheritdoc/>
    public override string ToString() => Signature;
}
