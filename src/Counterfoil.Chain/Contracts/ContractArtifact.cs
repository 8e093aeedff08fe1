using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Contracts;

namespace Counterfoil.Chain.Contracts;

/// <summary>A contract as the compiler left it: its ABI and the bytecode that creates it. The product's own are embedded in this assembly.</summary>
public sealed class ContractArtifact
{
    readonly Dictionary<string, AbiFunction> functions = new(StringComparer.Ordinal);
    readonly Dictionary<string, AbiEvent> events = new(StringComparer.Ordinal);
    readonly List<AbiFunction> errors = [];
    readonly AbiFunction? constructor;

    const string Folder = "contracts/", Suffix = ".json";
    static readonly ConcurrentDictionary<string, ContractArtifact> Ours = new(StringComparer.Ordinal);

    /// <summary>The names of the product's contracts.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. typeof(ContractArtifact).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Select(name => name[Folder.Length..^Suffix.Length]).Order(StringComparer.Ordinal)];

    /// <summary>One of the product's contracts by its name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static ContractArtifact Named(string name) => Ours.GetOrAdd(name, Embedded);

    /// <summary>The dollar of tests and demonstrations: ERC-20 with EIP-3009.</summary>
    public static ContractArtifact TestDollar => Named("TestDollar");
    /// <summary>Anchors checkpoints of logs.</summary>
    public static ContractArtifact Anchor => Named("Anchor");
    /// <summary>Hardware challenges: stake lost by a wrong cell.</summary>
    public static ContractArtifact Challenges => Named("Challenges");
    /// <summary>Providers, their stake, and the bonds that it is put into.</summary>
    public static ContractArtifact ProviderRegistry => Named("ProviderRegistry");
    /// <summary>Orders, bids and leases, and the escrow that pays for them.</summary>
    public static ContractArtifact LeaseEscrow => Named("LeaseEscrow");

    /// <summary>Reads an artifact of our own build.</summary>
    /// <exception cref="FormatException">It lacks a name, an ABI or bytecode.</exception>
    public ContractArtifact(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        Name = root.GetProperty("contractName").GetString() ?? throw new FormatException("an artifact has no name");
        Bytecode = Convert.FromHexString(root.GetProperty("bytecode").GetString()!.AsSpan(2));
        DeployedBytecode = Convert.FromHexString(root.GetProperty("deployedBytecode").GetString()!.AsSpan(2));
        AbiJson = root.GetProperty("abi").GetRawText();
        foreach (var entry in root.GetProperty("abi").EnumerateArray())
        {
            string declaration = Declaration(entry);
            switch (entry.GetProperty("type").GetString())
            {
                case "constructor": constructor = new AbiFunction(declaration); break;
                case "function": Add(functions, new AbiFunction(declaration), function => function.Name, function => function.Signature); break;
                case "event": Add(events, new AbiEvent(declaration), declared => declared.Name, declared => declared.Signature); break;
                case "error": errors.Add(new AbiFunction(declaration)); break;
            }
        }
    }

    /// <summary>The contract's name in its source.</summary>
    public string Name { get; }

    /// <summary>The ABI as JSON, as Solidity tools read it.</summary>
    public string AbiJson { get; }

    /// <summary>The code that creates the contract, without constructor arguments.</summary>
    public ReadOnlyMemory<byte> Bytecode { get; }

    /// <summary>The code that the contract then has, with zeros in place of immutables.</summary>
    public ReadOnlyMemory<byte> DeployedBytecode { get; }

    /// <summary>A function by its name, or by its signature where several share the name.</summary>
    /// <exception cref="KeyNotFoundException">There is none, or more than one.</exception>
    public AbiFunction Function(string name) => functions.TryGetValue(name, out var function) ? function : throw new KeyNotFoundException($"{Name} has no one function '{name}'");

    /// <summary>An event by its name or signature.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public AbiEvent Event(string name) => events.TryGetValue(name, out var declared) ? declared : throw new KeyNotFoundException($"{Name} has no event '{name}'");

    /// <summary>The code to send in a transaction without a recipient: bytecode and constructor arguments.</summary>
    /// <exception cref="ArgumentException">The arguments are not the constructor's.</exception>
    public byte[] InitCode(params AbiValue[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        byte[] encoded = constructor is null ? [] : constructor.EncodeCall(arguments)[4..];
        if (constructor is null && arguments.Length > 0) throw new ArgumentException($"{Name} takes no constructor arguments", nameof(arguments));
        return [.. Bytecode.Span, .. encoded];
    }

    /// <inheritdoc cref="InitCode(AbiValue[])"/>
    public byte[] InitCode<T>(IContractConstructor<T> constructor) where T : class, IContractConstructor<T> => [.. Bytecode.Span, .. constructor.Encode()];

    /// <summary>The constructor's arguments, in order of declaration.</summary>
    public IReadOnlyList<AbiParameter> ConstructorInputs => constructor?.Inputs ?? [];

    /// <summary>Whether code on a chain is this contract's, whatever its immutables are.</summary>
    /// <remarks>
    /// The compiler leaves 32 zeros behind a PUSH32 where the constructor writes an immutable; a zero that is meant it pushes with PUSH0. What the immutables are, the code's
    /// hash in an <see cref="AddressBook"/> holds fast.
    /// </remarks>
    public bool IsCodeOf(ReadOnlySpan<byte> code)
    {
        const byte push1 = 0x60, push32 = 0x7f;
        var template = DeployedBytecode.Span;
        if (code.Length != template.Length || code.IsEmpty) return false;
        for (int at = 0; at < template.Length;)
        {
            byte opcode = template[at];
            int length = Math.Min(opcode is >= push1 and <= push32 ? opcode - push1 + 2 : 1, template.Length - at);
            bool isImmutable = opcode == push32 && length == 33 && template.Slice(at + 1, 32).IndexOfAnyExcept((byte)0) < 0;
            if (!code.Slice(at, isImmutable ? 1 : length).SequenceEqual(template.Slice(at, isImmutable ? 1 : length))) return false;
            at += length;
        }
        return true;
    }

    /// <summary>What a revert says, in the words of the contract's own errors: <c>InsufficientBalance(0x…, 0, 5)</c>; null for anything else.</summary>
    public string? DescribeRevert(ReadOnlySpan<byte> data)
    {
        foreach (var error in errors)
            if (error.DecodeCall(data, out var arguments) is Verdict.Accepted)
                return $"{error.Name}({string.Join(", ", arguments.Zip(error.Inputs, (value, input) => Text(value, input.Type)))})";
        return null;
    }

    static string Text(AbiValue value, AbiType type) => type switch
    {
        AbiType.Account => value.AsAddress.ToString(),
        AbiType.UInt => value.AsNumber.ToString(),
        _ => value.ToString(),
    };

    // By name while it is the only one, and always by signature.
    static void Add<T>(Dictionary<string, T> all, T item, Func<T, string> name, Func<T, string> signature) where T : class
    {
        all[signature(item)] = item;
        if (!all.TryAdd(name(item), item)) all.Remove(name(item));
    }

    static string Declaration(JsonElement entry)
    {
        var text = new StringBuilder(entry.TryGetProperty("name", out var name) ? name.GetString() : "constructor");
        Parameters(text, entry, "inputs");
        if (entry.TryGetProperty("outputs", out _)) Parameters(text.Append(" returns "), entry, "outputs");
        if (entry.TryGetProperty("anonymous", out var anonymous) && anonymous.GetBoolean()) text.Append(" anonymous");
        return text.ToString();
    }

    static void Parameters(StringBuilder text, JsonElement entry, string list)
    {
        text.Append('(');
        int count = 0;
        foreach (var parameter in entry.GetProperty(list).EnumerateArray())
        {
            if (count++ > 0) text.Append(", ");
            Type(text, parameter);
            if (parameter.TryGetProperty("indexed", out var indexed) && indexed.GetBoolean()) text.Append(" indexed");
            if (parameter.GetProperty("name").GetString() is { Length: > 0 } name) text.Append(' ').Append(name);
        }
        text.Append(')');
    }

    // The JSON calls a struct "tuple" and lists its members apart; a declaration writes them in its place.
    static void Type(StringBuilder text, JsonElement parameter)
    {
        string type = parameter.GetProperty("type").GetString()!;
        if (!type.StartsWith("tuple", StringComparison.Ordinal))
        {
            text.Append(type);
            return;
        }
        text.Append('(');
        int count = 0;
        foreach (var member in parameter.GetProperty("components").EnumerateArray())
        {
            if (count++ > 0) text.Append(',');
            Type(text, member);
        }
        text.Append(')').Append(type.AsSpan("tuple".Length));
    }

    static ContractArtifact Embedded(string name)
    {
        using var stream = typeof(ContractArtifact).Assembly.GetManifestResourceStream($"{Folder}{name}{Suffix}")
            ?? throw new KeyNotFoundException($"there is no contract '{name}'");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new ContractArtifact(bytes);
    }
}
