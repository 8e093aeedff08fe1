using System.Reflection;

namespace Counterfoil.Cli;

/// <summary>What signs itself in evidence.</summary>
static class Product
{
    public static string Version { get; } = typeof(Product).Assembly.GetName().Version!.ToString(3);

    public static string Tool { get; } = $"counterfoil {Version}";
}
