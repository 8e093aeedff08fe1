using System.Collections.Generic;
using System.Linq;

namespace Counterfoil.Evm.Generator.Writing;

/// <summary>Names in C#: each once in its scope, and none that C# has for itself. A name in Pascal case is no keyword.</summary>
sealed class Names(params string[] taken)
{
    /// <summary>What a record has or may not have beside its parameters.</summary>
    public static readonly string[] OfRecords =
        ["Equals", "GetHashCode", "ToString", "GetType", "MemberwiseClone", "Finalize", "ReferenceEquals", "Clone", "EqualityContract", "PrintMembers", "Deconstruct"];

    readonly HashSet<string> taken = new(taken, System.StringComparer.Ordinal);

    /// <summary>The wanted name, or with a number behind it where it is taken.</summary>
    public string Claim(string wanted)
    {
        string name = wanted;
        for (int i = 2; !taken.Add(name); i++) name = $"{wanted}{i}";
        return name;
    }

    /// <summary>
    /// A name of Solidity in Pascal case: <c>validAfter</c> is ValidAfter, <c>MAX_LEASES</c> MaxLeases, <c>token_</c> Token. What is left without a letter
    /// in front takes the fallback there.
    /// </summary>
    public static string Pascal(string name, string fallback)
    {
        bool shouts = name.All(c => c is not (>= 'a' and <= 'z'));
        string joined = string.Concat(name.Split('_', '$').Where(w => w.Length > 0).Select(w => char.ToUpperInvariant(w[0]) + (shouts ? w.Substring(1).ToLowerInvariant() : w.Substring(1))));
        return joined.Length > 0 && joined[0] is >= 'A' and <= 'Z' ? joined : fallback + joined;
    }
}
