using Counterfoil.Core.Verdicts;

namespace Counterfoil.Home;

/// <summary>What a room tells the home about a store of its own.</summary>
/// <param name="Name">
/// The store's name and that of its folder: <c>log</c>, <c>chain</c>, <c>keys</c>. 1 to 64 of a–z, 0–9 and hyphen.
/// </param>
/// <param name="Version">The schema version that this program writes, from 1.</param>
/// <param name="Migrate">
/// Takes the store one version up. May be interrupted anywhere and is then run again, so it must be repeatable. Null where no older version
/// exists.
/// </param>
public sealed record StoreSchema(string Name, int Version, Func<StoreMigration, Verdict>? Migrate = null)
{
    /// <summary>Whether a store or key can have this name.</summary>
    public static bool IsName(string? name) =>
        name is { Length: >= 1 and <= 64 } && name.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-');
}

/// <summary>One step of a migration.</summary>
/// <param name="Folder">The store's folder.</param>
/// <param name="From">The version that it has.</param>
/// <param name="To">The next version.</param>
public sealed record StoreMigration(string Folder, int From, int To);
